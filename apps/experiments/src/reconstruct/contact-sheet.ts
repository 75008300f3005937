import type { OverlayOptions } from 'sharp';

/** One picture of a sheet: 8-bit RGB, row-major, all of one size. */
export interface Panel {
  /** Stands above it, for instance `550 nm`. */
  readonly label: string;
  readonly data: Uint8Array;
}

export interface ContactSheet {
  readonly panels: readonly Panel[];
  readonly height: number;
  readonly width: number;
  /** Panels in a row; all unless stated. */
  readonly columns?: number;
  /** The code 0 to 255 of a value from 0 to 1, for the scale below the panels. */
  readonly display: (share: number) => number;
  /** The value that 1 stands for. */
  readonly white: number;
}

const GAP = 8;
const TEXT = 14;
const LINE = 22;
const SCALE = { width: 160, height: 12 };
/** Small pictures keep their size, but stand wide enough apart for their labels. */
const LEAST_WIDTH = 84;
const PAPER = { r: 250, g: 250, b: 250 };

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** The grey scale: what grey is which value. */
function scaleBar(display: ContactSheet['display']): Uint8Array {
  const data = new Uint8Array(3 * SCALE.width * SCALE.height);
  for (let i = 0; i < SCALE.width * SCALE.height; i++) {
    data.fill(display((i % SCALE.width) / (SCALE.width - 1)), 3 * i, 3 * i + 3);
  }
  return data;
}

/** Labelled panels with the scale of their greys below, as PNG. */
export async function drawContactSheet(sheet: ContactSheet): Promise<Uint8Array> {
  const { panels, height, width, display, white } = sheet;
  const columns = Math.min(sheet.columns ?? panels.length, panels.length);
  const cell = { width: Math.max(width, LEAST_WIDTH) + GAP, height: LINE + height + GAP };
  const overlays: OverlayOptions[] = [];
  const words: string[] = [];
  const write = (text: string, x: number, y: number, anchor = 'start') =>
    words.push(
      `<text x="${x}" y="${y}" text-anchor="${anchor}">${text.replace(/[&<>]/g, (sign) => escapes[sign]!)}</text>`,
    );
  const picture = (data: Uint8Array, size: { width: number; height: number }, left: number, top: number) =>
    overlays.push({ input: Buffer.from(data), raw: { ...size, channels: 3 }, left, top });
  panels.forEach(({ label, data }, i) => {
    const left = GAP + (i % columns) * cell.width;
    const top = GAP + Math.floor(i / columns) * cell.height;
    write(label, left, top + TEXT);
    picture(data, { width, height }, left, top + LINE);
  });
  const below = GAP + Math.ceil(panels.length / columns) * cell.height;
  picture(scaleBar(display), SCALE, GAP, below);
  const ticks = below + SCALE.height + TEXT + 2;
  write('0', GAP, ticks);
  write(String(Number((white / 2).toPrecision(3))), GAP + SCALE.width / 2, ticks, 'middle');
  write(String(Number(white.toPrecision(3))), GAP + SCALE.width, ticks, 'end');
  const size = {
    width: Math.max(GAP + columns * cell.width, 2 * GAP + SCALE.width),
    height: ticks + GAP,
  };
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}"><g font-family="sans-serif" font-size="${TEXT}" fill="#222">${words.join('')}</g></svg>`;
  const { default: sharp } = await import('sharp');
  return sharp({ create: { ...size, channels: 3, background: PAPER } })
    .composite([...overlays, { input: Buffer.from(svg), left: 0, top: 0 }])
    .png()
    .toBuffer();
}
