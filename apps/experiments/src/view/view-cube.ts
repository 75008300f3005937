import { basename, join } from 'node:path';
import { openCubeFile, type CubeFile, type CubeFileOptions } from '@prismamba/datasets/node';
import { writeFileAtomic } from '@prismamba/formats/node';
import { withExtension } from '../reconstruct/reconstruct-photo.js';
import { checkRegion, type Region } from '../reconstruct/regions.js';
import { writeSpectra } from '../reconstruct/spectra-files.js';
import { SpectraSink } from '../reconstruct/spectra-sink.js';
import { drawBands, renderColour, shownBands, whiteOf } from './cube-pictures.js';
import { ThinCubeSink } from './thin-cube.js';

/** Rows of a cube are read in blocks of at most this size. */
const BLOCK_BYTES = 64e6;

export interface ViewJob {
  readonly file: string;
  /** Folder of the pictures. */
  readonly out: string;
  readonly reading: CubeFileOptions;
  readonly regions: readonly Region[];
}

/** Passes a whole cube on, block by block from the top. */
async function readThrough(
  cube: CubeFile,
  sink: SpectraSink,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<number> {
  const { height, width } = cube;
  const bands = cube.wavelengths.length;
  const rows = Math.max(1, Math.floor(BLOCK_BYTES / (4 * width * bands)));
  let masked = 0;
  await sink.begin({ height, width, bands });
  for (let row = 0; row < height; row += rows) {
    await new Promise((resolve) => setTimeout(resolve, 0)); // signals arrive between turns
    signal.throwIfAborted();
    const count = Math.min(rows, height - row);
    const part = cube.read({ row, column: 0, height: count, width });
    masked += part.mask?.reduce((sum, used) => sum + (used === 0 ? 1 : 0), 0) ?? 0;
    await sink.writeRows(row, count, part.cube);
    onProgress(row + count, height);
  }
  await sink.end();
  return masked;
}

/** `400 to 700 nm`. */
const range = (nm: readonly number[]) => (nm.length === 1 ? `${nm[0]} nm` : `${nm[0]} to ${nm.at(-1)} nm`);

/** Pictures and spectra of one cube file, and what to print of it. */
export async function viewCube(
  job: ViewJob,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const cube = await openCubeFile(job.file, job.reading);
  try {
    for (const region of job.regions) checkRegion(region, cube);
    const { height, width, wavelengths, scale } = cube;
    const thin = new ThinCubeSink();
    const spectra = new SpectraSink(job.regions, thin);
    const masked = await readThrough(cube, spectra, onProgress, signal);
    const white = whiteOf(thin.cube);
    const stem = join(job.out, basename(withExtension(job.file, '')));
    const bandsPath = `${stem}.bands.png`;
    writeFileAtomic(bandsPath, await drawBands(thin.cube, wavelengths, white));
    const colour = await renderColour(thin.cube, wavelengths, white);
    const colourPath = `${stem}.rgb.png`;
    if (colour !== undefined) writeFileAtomic(colourPath, colour);
    const written = job.regions.length === 0 ? [] : await writeSpectra(stem, spectra.spectra(), wavelengths);
    const bands = wavelengths.length;
    const shown = shownBands(bands).length;
    return [
      `cube: ${job.file}: ${height} x ${width} x ${bands} bands, ${range(wavelengths)}, ${scale.dtype}${scale.divisor === 1 ? '' : ` divided by ${scale.divisor}`}`,
      ...cube.notes.map((note) => `note: ${note}`),
      ...(masked === 0
        ? []
        : [`note: ${masked} of ${height * width} pixels hold no data and are shown as 0`]),
      `bands: ${bandsPath}${shown < bands ? ` (${shown} of ${bands}, evenly spread)` : ''}; white is ${Number(white.toPrecision(3))}`,
      colour === undefined
        ? `colour: none, because bands from 460 nm or less to 620 nm or more are needed`
        : `colour: ${colourPath} (as reflectances under D65, CIE 1931, sRGB; the same white)`,
      ...(written.length === 0 ? [] : [`spectra: ${written.join(', ')}`]),
      '',
    ].join('\n');
  } finally {
    cube.close();
  }
}
