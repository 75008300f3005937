import { colourStops, ABOVE_SCALE } from './colour-map.js';

/** A picture of the grid, as a data URL, and what stands under it. */
export interface GridCell {
  readonly image: string;
  readonly caption: string;
}

export interface GridRow {
  readonly label: string;
  /** One a column; `scale` draws the colour bar in place of a picture. */
  readonly cells: readonly (GridCell | 'scale' | undefined)[];
}

export interface SceneGrid {
  readonly columns: readonly string[];
  readonly rows: readonly GridRow[];
  /** Largest value of the colour bar. */
  readonly scale: number;
  readonly scaleTitle: string;
}

const CELL = 176;
const GAP = 12;
const CAPTION = 20;
const LINE = 16;
/** Mean width of a character for a size of one. */
const PLAIN = 0.55;
const BOLD = 0.6;
const LABEL = 92;

const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Characters of a text at a font size that fit into a width; longer ones end in an ellipsis. */
function fit(text: string, width: number, size: number, bold: boolean): string {
  const most = Math.floor(width / ((bold ? BOLD : PLAIN) * size));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** A head of several settings breaks between them where it is too wide. */
function linesOf(text: string): string[] {
  const most = Math.floor((CELL + GAP) / (BOLD * 13));
  const lines: string[] = [];
  for (const part of text.split(', ')) {
    const last = lines.at(-1);
    if (last !== undefined && `${last}, ${part}`.length <= most) lines[lines.length - 1] = `${last}, ${part}`;
    else lines.push(part);
  }
  return lines;
}

function label(
  x: number,
  y: number,
  content: string,
  options: { size?: number; anchor?: string; bold?: boolean; width?: number } = {},
) {
  const { size = 12, anchor = 'middle', bold = false, width = CELL } = options;
  return `<text x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}"${bold ? ' font-weight="600"' : ''}>${escape(fit(content, width, size, bold))}</text>`;
}

/** The colour bar, upright in a cell, with its ends and the colour of what lies above it. */
function colourBar(x: number, y: number, { scale, scaleTitle }: SceneGrid): string {
  const [width, height] = [18, CELL - 34];
  const [left, top] = [x + CELL / 2 - 40, y + 22];
  const stops = colourStops.map(
    (colour, i) => `<stop offset="${(100 * i) / (colourStops.length - 1)}%" stop-color="${colour}"/>`,
  );
  const tick = (value: number, at: number) =>
    label(left + width + 6, at + 4, value.toPrecision(2), { size: 11, anchor: 'start', width: 80 });
  return [
    `<defs><linearGradient id="scale" x1="0" y1="1" x2="0" y2="0">${stops.join('')}</linearGradient></defs>`,
    `<rect x="${left}" y="${top - 14}" width="${width}" height="10" fill="${ABOVE_SCALE}"/>`,
    label(left + width + 6, top - 5, 'above', { size: 11, anchor: 'start', width: 80 }),
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="url(#scale)"/>`,
    tick(scale, top + 4),
    tick(scale / 2, top + height / 2),
    tick(0, top + height),
    `<text transform="translate(${left - 8} ${top + height / 2}) rotate(-90)" font-size="11" text-anchor="middle">${escape(scaleTitle)}</text>`,
  ].join('');
}

/**
 * A grid of pictures as one SVG with everything inside it: a head over each column, a label before each row, a caption under
 * each picture. `dark` text for light paper unless the page says otherwise (`currentColor`).
 */
export function sceneGridSvg(grid: SceneGrid, { colour = 'currentColor', background = '' } = {}): string {
  const width = LABEL + grid.columns.length * (CELL + GAP);
  const rowHeight = CELL + CAPTION + GAP;
  const heads = grid.columns.map(linesOf);
  const head = 14 + LINE * Math.max(...heads.map(({ length }) => length));
  const height = head + grid.rows.length * rowHeight;
  const parts: string[] = [];
  heads.forEach((lines, i) =>
    lines.forEach((line, k) => {
      const y = head - 10 - LINE * (lines.length - 1 - k);
      parts.push(
        label(LABEL + i * (CELL + GAP) + CELL / 2, y, line, { size: 13, bold: true, width: CELL + GAP }),
      );
    }),
  );
  grid.rows.forEach((row, r) => {
    const y = head + r * rowHeight;
    row.label.split('\n').forEach((line, i) =>
      parts.push(
        label(LABEL - 10, y + CELL / 2 + LINE * i, line, {
          size: 13,
          anchor: 'end',
          bold: i === 0,
          width: LABEL,
        }),
      ),
    );
    row.cells.forEach((cell, i) => {
      const x = LABEL + i * (CELL + GAP);
      if (cell === 'scale') parts.push(colourBar(x, y, grid));
      else if (cell !== undefined) {
        parts.push(
          `<image x="${x}" y="${y}" width="${CELL}" height="${CELL}" preserveAspectRatio="xMidYMid meet" style="image-rendering:pixelated" href="${cell.image}"/>`,
          label(x + CELL / 2, y + CELL + 15, cell.caption),
        );
      }
    });
  });
  const paper = background === '' ? '' : `<rect width="100%" height="100%" fill="${background}"/>`;
  // On a narrow page it shrinks as far as its words can be read, and is scrolled beyond that.
  const narrowest = `min-width:${Math.round(0.75 * width)}px`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" style="${narrowest}" font-family="system-ui, sans-serif" fill="${colour}">${paper}${parts.join('')}</svg>`;
}
