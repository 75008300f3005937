import { DatasetError, unknownNameMessage } from '../dataset-error.js';
import type { SpectralTable } from '../spectra/spectral-table.js';

/** Options of {@link parseCameraCsv}. */
export interface CameraCsvOptions {
  /** File name, for messages and as the camera's name. */
  readonly name: string;
  /** Which camera, in a file with a column `camera`. */
  readonly camera?: string;
}

const fields = (line: string) => line.split(/[,;\t]/).map((field) => field.trim().replace(/^"(.*)"$/, '$1'));

function contentLines(text: string, name: string): { readonly number: number; readonly line: string }[] {
  const lines = text
    .split(/\r?\n/)
    .map((line, i) => ({ number: i + 1, line: line.trim() }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw new DatasetError(`${name}: the file is empty`);
  return lines;
}

/** Every camera of a CSV file with a column `camera`, or the one of a file without it; each as {@link parseCameraCsv}. */
export function parseCameraList(
  text: string,
  { name }: { readonly name: string },
): SpectralTable<'r' | 'g' | 'b'>[] {
  const [head, ...rows] = contentLines(text, name).map(({ line }) => fields(line));
  const at = head!.findIndex((field) => field.toLowerCase() === 'camera');
  if (at < 0) return [parseCameraCsv(text, { name })];
  const cameras = [...new Set(rows.map((row) => row[at] ?? ''))];
  return cameras.map((camera) => parseCameraCsv(text, { name, camera }));
}

/**
 * A measured camera curve from CSV text: wavelength in nm, R, G, B a line (`,`, `;` or tab). With a header line the
 * columns are found by name (`wavelength...`, `nm`, `r`/`red`, `g`/`green`, `b`/`blue`, optional `camera`); without one
 * they are the first four. Lines that start with `#` are comments.
 *
 * @throws DatasetError naming file and line
 */
export function parseCameraCsv(text: string, options: CameraCsvOptions): SpectralTable<'r' | 'g' | 'b'> {
  const { name } = options;
  const lines = contentLines(text, name);
  const head = fields(lines[0]!.line).map((field) => field.toLowerCase());
  const hasHeader = head.some((field) => field !== '' && !Number.isFinite(Number(field)));
  const find = (what: string, test: RegExp) => {
    const at = head.findIndex((field) => test.test(field));
    if (at < 0) throw new DatasetError(`${name}: no column for ${what}; the header is ${head.join(', ')}`);
    return at;
  };
  const at = hasHeader
    ? {
        nm: find('the wavelength', /^(wavelength|lambda|nm)/),
        r: find('red', /^r(ed)?\b/),
        g: find('green', /^g(reen)?\b/),
        b: find('blue', /^b(lue)?\b/),
      }
    : { nm: 0, r: 1, g: 2, b: 3 };
  const cameraAt = hasHeader ? head.indexOf('camera') : -1;
  let rows = (hasHeader ? lines.slice(1) : lines).map(({ number, line }) => ({
    number,
    values: fields(line),
  }));
  if (cameraAt >= 0) {
    const cameras = [...new Set(rows.map(({ values }) => values[cameraAt] ?? ''))];
    const wanted = options.camera ?? (cameras.length === 1 ? cameras[0]! : undefined);
    if (wanted === undefined) {
      throw new DatasetError(
        `${name}: the file has ${cameras.length} cameras (${cameras.slice(0, 5).join(', ')}, ...); name one: data.camera=FILE#NAME in an experiment, the option 'camera' in code`,
      );
    }
    if (!cameras.includes(wanted))
      throw new DatasetError(`${name}: ${unknownNameMessage('camera', wanted, cameras)}`);
    rows = rows.filter(({ values }) => values[cameraAt] === wanted);
  }
  const column = (index: number) =>
    rows.map(({ number, values }) => {
      const field = values[index];
      const value = field === undefined || field === '' ? NaN : Number(field);
      if (!Number.isFinite(value)) {
        throw new DatasetError(
          `${name}, line ${number}: '${field ?? ''}' in column ${index + 1} is no number`,
        );
      }
      return value;
    });
  const wavelengths = column(at.nm);
  wavelengths.forEach((nm, i) => {
    if (i > 0 && !(nm > wavelengths[i - 1]!)) {
      throw new DatasetError(
        `${name}, line ${rows[i]!.number}: wavelengths must increase, got ${nm} nm after ${wavelengths[i - 1]} nm`,
      );
    }
  });
  return {
    name: options.camera ?? name,
    wavelengths,
    columns: { r: column(at.r), g: column(at.g), b: column(at.b) },
  };
}
