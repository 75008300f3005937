import { join } from 'node:path';
import { FileError, makeFolder, writeFileAtomic } from '@prismamba/formats/node';
import type { TopLevelSpec } from 'vega-lite';
import { csvOf } from '../report/csv.js';
import { onPaper, renderChart } from '../report/render-chart.js';
import { UserError } from '../user-error.js';
import { recordsOf } from './theme.js';

/** Pixels of a PNG for one of the SVG: enough for print and dense screens. */
const SCALE = 2;

export interface WrittenFigure {
  /** For a page: text in the page's own colour, no paper. */
  readonly svg: string;
  readonly files: readonly string[];
}

/** A name as part of a file name. */
export const fileName = (text: string) =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

/** An SVG on white paper as PNG. */
export async function pngOf(svg: string): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  return new Uint8Array(
    await sharp(new TextEncoder().encode(svg), { density: 72 * SCALE, unlimited: true })
      .png()
      .toBuffer(),
  );
}

/** Files of a figure by their ending; each appears whole or not at all. @throws UserError where they cannot be written. */
export function writeFiles(
  folder: string,
  name: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): string[] {
  try {
    makeFolder(folder);
    return Object.entries(files).map(([ending, content]) => {
      const path = join(folder, `${name}.${ending}`);
      writeFileAtomic(path, content);
      return path;
    });
  } catch (error) {
    if (!(error instanceof FileError) && !(error instanceof Error && 'code' in error)) throw error;
    throw new UserError(`the figure '${name}' cannot be written to '${folder}': ${error.message}`);
  }
}

/** Draws a chart and writes `<name>.svg`, `.png`, the Vega-Lite specification `.vl.json` and what is drawn, `.csv`. */
export async function writeFigure(folder: string, name: string, spec: TopLevelSpec): Promise<WrittenFigure> {
  const svg = await renderChart(spec);
  const paper = onPaper(svg);
  const files = writeFiles(folder, name, {
    svg: paper,
    png: await pngOf(paper),
    'vl.json': `${JSON.stringify(spec, undefined, 1)}\n`,
    csv: csvOf(recordsOf(spec)),
  });
  return { svg, files };
}
