import { join } from 'node:path';
import { makeFolder, writeFileAtomic } from '@prismamba/formats/node';
import type { OverlayOptions } from 'sharp';
import { DatasetError } from '../dataset-error.js';
import { findDataset, recogniseDataset } from '../loaders/open-dataset.js';
import type { DatasetName, OpenDatasetOptions } from '../loaders/registry.js';
import type { TaskProgress } from './check-dataset.js';
import { sceneThumbnails, toCode, type SceneThumbnails, type Thumbnail } from './thumbnails.js';

/** Options of {@link previewDataset}. */
export interface PreviewDatasetOptions {
  /** Folder for `contact-sheet.png` and `band-strips.png`; made if it is not there. */
  readonly out: string;
  /** Default 'auto': by the names of the files. */
  readonly dataset?: DatasetName | 'auto';
  /** How the data set is read; `scenes` names those to show. */
  readonly open?: OpenDatasetOptions;
  /** Most scenes shown, spread evenly over the list. Default 24. */
  readonly most?: number;
  readonly onProgress?: (progress: TaskProgress) => void;
  readonly signal?: AbortSignal;
}

/** What {@link previewDataset} wrote. */
export interface DatasetPreview {
  readonly dataset: DatasetName;
  readonly contactSheet: string;
  readonly bandStrips: string;
  /** Scenes shown, in the order of the sheet: left to right, then down. */
  readonly scenes: readonly string[];
  /** Scenes that could not be read; they are left out. */
  readonly failed: readonly { readonly name: string; readonly problem: string }[];
}

const tile = 160;
const bandTile = 40;
const gap = 8;
const label = 18;
const columns = 4;
const background = { r: 32, g: 32, b: 32 };

/**
 * Writes two pictures of a data set. `contact-sheet.png`: for each scene the RGB image that a network sees beside the
 * cube rendered under D65, so that a wrong pairing shows, with its bands and the values that are white. `band-strips.png`: a row of grey pictures for each scene,
 * one a band, so that a wrong order of bands or axes shows. Each scene is exposed on its own.
 *
 * @throws DatasetError where there is nothing to show
 */
export async function previewDataset(root: string, options: PreviewDatasetOptions): Promise<DatasetPreview> {
  const { dataset: wanted = 'auto', most = 24, open = {}, onProgress, signal } = options;
  if (!(Number.isInteger(most) && most >= 1)) {
    throw new DatasetError(`previewDataset: most must be an integer >= 1, got ${most}`);
  }
  const dataset = wanted === 'auto' ? await recogniseDataset(root) : wanted;
  const found = await findDataset(dataset, root, open);
  const names = spread(open.scenes ?? found.ids, most);
  const shown: { name: string; wavelengths: readonly number[]; pictures: SceneThumbnails }[] = [];
  const failed: { name: string; problem: string }[] = [];
  for (const [i, name] of names.entries()) {
    signal?.throwIfAborted();
    try {
      const source = await found.open({ ...open, scenes: [name] });
      const scene = await source.load(name);
      shown.push({
        name,
        wavelengths: scene.wavelengths,
        pictures: await sceneThumbnails(scene, tile, bandTile),
      });
      await source.close?.();
    } catch (error) {
      failed.push({ name, problem: error instanceof Error ? error.message : String(error) });
    }
    onProgress?.({ done: i + 1, total: names.length, name });
  }
  if (shown.length === 0) {
    throw new DatasetError(
      `previewDataset: no scene of '${root}' could be shown; the first problem: ${failed[0]?.problem ?? 'there is none'}`,
    );
  }
  makeFolder(options.out);
  const contactSheet = join(options.out, 'contact-sheet.png');
  const bandStrips = join(options.out, 'band-strips.png');
  writeFileAtomic(contactSheet, await drawContactSheet(shown));
  writeFileAtomic(bandStrips, await drawBandStrips(shown));
  return { dataset, contactSheet, bandStrips, scenes: shown.map(({ name }) => name), failed };
}

/** At most `most` of a list, evenly spread over it. */
function spread<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, i) => list[Math.floor((i * list.length) / most)]!);
}

interface Shown {
  readonly name: string;
  readonly wavelengths: readonly number[];
  readonly pictures: SceneThumbnails;
}

const place = (picture: Thumbnail, left: number, top: number): OverlayOptions => ({
  input: picture.data,
  raw: { width: picture.width, height: picture.height, channels: 3 },
  left,
  top,
});

function drawContactSheet(shown: readonly Shown[]): Promise<Buffer> {
  const used = Math.min(columns, shown.length);
  const cellWidth = 2 * tile + 2 + gap;
  const cellHeight = tile + 2 * label + gap;
  const overlays: OverlayOptions[] = [];
  const texts: Text[] = [];
  shown.forEach(({ name, wavelengths, pictures }, i) => {
    const left = gap + (i % used) * cellWidth;
    const top = label + gap + Math.floor(i / used) * cellHeight;
    overlays.push(place(pictures.rgb, left, top), place(pictures.colour, left + tile + 2, top));
    const [nameLine, whiteLine] = [top + tile + label - 5, top + tile + 2 * label - 5];
    const { rgb, cube } = pictures.white;
    texts.push({ text: `${name}, ${wavelengths.length} bands`, x: left, y: nameLine });
    texts.push({ text: `white is ${rounded(rgb)}`, x: left, y: whiteLine });
    texts.push({
      text: `${range(wavelengths)}, white is ${rounded(cube)}`,
      x: left + tile + 2,
      y: whiteLine,
    });
    // Above the first row: which of the two pictures is which.
    if (i < used) {
      texts.push({ text: 'RGB', x: left, y: label - 4 });
      texts.push({ text: 'cube under D65', x: left + tile + 2, y: label - 4 });
    }
  });
  const width = gap + used * cellWidth;
  const below = label + gap + Math.ceil(shown.length / used) * cellHeight;
  const bar = scaleBar();
  overlays.push(place(bar, gap, below));
  for (const [share, text, anchor] of [
    [0, '0', 'start'],
    [0.5, 'half', 'middle'],
    [1, 'white', 'end'],
  ] as const) {
    texts.push({ text, x: gap + share * bar.width, y: below + bar.height + label - 4, anchor });
  }
  return draw(width, below + bar.height + label + gap, overlays, texts);
}

const rounded = (value: number) => String(Number(value.toPrecision(3)));

/** `400-700 nm`. */
const range = (nm: readonly number[]) => `${Math.round(nm[0]!)}-${Math.round(nm.at(-1)!)} nm`;

/** The greys from 0 to the value that is white, evenly in value. */
function scaleBar(): Thumbnail {
  const [width, height] = [tile, 12];
  const data = Buffer.alloc(width * height * 3);
  for (let i = 0; i < width * height; i++) data.fill(toCode((i % width) / (width - 1)), 3 * i, 3 * i + 3);
  return { data, width, height };
}

function drawBandStrips(shown: readonly Shown[]): Promise<Buffer> {
  const step = bandTile + 2;
  const rowHeight = label + bandTile + label + gap;
  const bands = Math.max(...shown.map(({ wavelengths }) => wavelengths.length));
  const overlays: OverlayOptions[] = [];
  const texts: Text[] = [];
  shown.forEach(({ name, wavelengths, pictures }, row) => {
    const top = label + gap + row * rowHeight;
    wavelengths.forEach((nm, band) =>
      texts.push({ text: String(Math.round(nm)), x: gap + band * step, y: top - gap - 4 }),
    );
    pictures.bands.forEach((picture, band) => overlays.push(place(picture, gap + band * step, top)));
    const scale = `${name}: bands in nm; black is 0, white ${rounded(pictures.white.cube)}`;
    texts.push({ text: scale, x: gap, y: top + bandTile + label - 5 });
  });
  return draw(2 * gap + bands * step, label + gap + shown.length * rowHeight, overlays, texts);
}

interface Text {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly anchor?: 'start' | 'middle' | 'end';
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

async function draw(
  width: number,
  height: number,
  overlays: readonly OverlayOptions[],
  texts: readonly Text[],
): Promise<Buffer> {
  const words = texts.map(
    ({ text, x, y, anchor = 'start' }) =>
      `<text x="${x}" y="${y}" text-anchor="${anchor}">${text.replace(/[&<>]/g, (sign) => escapes[sign]!)}</text>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g font-family="sans-serif" font-size="12" fill="#ddd">${words.join('')}</g></svg>`;
  const { default: sharp } = await import('sharp');
  return sharp({ create: { width, height, channels: 3, background } })
    .composite([...overlays, { input: Buffer.from(svg), left: 0, top: 0 }])
    .png()
    .toBuffer();
}
