import { DatasetError, unknownNameMessage } from '../dataset-error.js';
import type { SpectralTable } from '../spectra/spectral-table.js';

/** Options of {@link parseCameraCsv}. */
export interface CameraCsvOptions {
  /** File name, for messages and as the camera's name. */
  readonly name: string;
  /** Which camera, in a file with a column `camera`. */
  readonly camera?: string;
}

interface Line {
  readonly number: number;
  readonly fields: readonly string[];
}

/** Between tabs or semicolons a comma is a decimal comma; otherwise it separates, unless the field is in quotes. */
const separators = ['\t', ';', ','] as const;

function contentLines(text: string, name: string): { readonly head: Line; readonly rows: readonly Line[] } {
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line, i) => ({ number: i + 1, text: line.trim() }))
    .filter((line) => line.text !== '' && !line.text.startsWith('#'));
  if (lines.length === 0) throw new DatasetError(`${name}: the file is empty`);
  const separator = separators.find((one) => lines[0]!.text.includes(one)) ?? ',';
  const [head, ...rows] = lines.map((line) => ({
    number: line.number,
    fields: fieldsOf(line.text, separator),
  }));
  const width = head!.fields.length;
  const odd = rows.find(({ fields }) => fields.length !== width);
  if (odd !== undefined) {
    throw new DatasetError(
      `${name}, line ${odd.number}: ${odd.fields.length} fields, and ${width} in line ${head!.number}; separate columns by ';' or tabs where numbers have a decimal comma`,
    );
  }
  return { head: head!, rows };
}

/** Fields of a line, without their quotes and without the empty ones that spreadsheets put at its end. */
function fieldsOf(line: string, separator: (typeof separators)[number]): string[] {
  const found: string[] = [];
  for (let at = 0; at <= line.length;) {
    const quoted = /^ *"((?:[^"]|"")*)" */.exec(line.slice(at));
    const end = quoted === null ? line.indexOf(separator, at) : at + quoted[0].length;
    const stop = end < 0 ? line.length : end;
    found.push((quoted?.[1]?.replaceAll('""', '"') ?? line.slice(at, stop)).trim());
    // Behind a quote only the separator may follow; anything else is a field of its own, and one too many.
    at = line[stop] === separator || quoted === null ? stop + 1 : stop;
    if (at === line.length && stop === line.length) break;
  }
  while (found.length > 4 && found.at(-1) === '') found.pop();
  return found;
}

/** A number with a point or a decimal comma; NaN for everything else. */
function numberOf(field: string | undefined): number {
  return field !== undefined && /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.test(field)
    ? Number(field.replace(',', '.'))
    : NaN;
}

/** Every camera of a CSV file with a column `camera`, or the one of a file without it; each as {@link parseCameraCsv}. */
export function parseCameraList(
  text: string,
  { name }: { readonly name: string },
): SpectralTable<'r' | 'g' | 'b'>[] {
  const { head, rows } = contentLines(text, name);
  const at = head.fields.findIndex((field) => field.toLowerCase() === 'camera');
  if (at < 0) return [parseCameraCsv(text, { name })];
  const cameras = [...new Set(rows.map(({ fields }) => fields[at]!))];
  return cameras.map((camera) => parseCameraCsv(text, { name, camera }));
}

/**
 * A measured camera curve from CSV text: wavelength in nm, R, G, B a line (`,`, `;` or tab; between `;`, tabs and quotes a number may have a
 * decimal comma). With a header line the columns are found by name (`wavelength...`, `nm`, `r`/`red`, `g`/`green`, `b`/`blue`,
 * optional `camera`); without one there are these four. Lines that start with `#` are comments.
 *
 * @throws DatasetError naming file and line
 */
export function parseCameraCsv(text: string, options: CameraCsvOptions): SpectralTable<'r' | 'g' | 'b'> {
  const { name } = options;
  const { head: first, rows: others } = contentLines(text, name);
  const head = first.fields.map((field) => field.toLowerCase());
  const hasHeader = head.some((field) => field !== '' && !Number.isFinite(numberOf(field)));
  if (!hasHeader && head.length !== 4) {
    throw new DatasetError(
      `${name}, line ${first.number}: ${head.length} numbers, wanted wavelength, R, G, B; a file with other columns needs a line of their names, and one with decimal commas ';' or tabs between its columns`,
    );
  }
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
  let rows = hasHeader ? others : [first, ...others];
  if (rows.length === 0) throw new DatasetError(`${name}: there is no line of numbers below the header`);
  if (cameraAt >= 0) {
    const cameras = [...new Set(rows.map(({ fields }) => fields[cameraAt]!))];
    const wanted = options.camera ?? (cameras.length === 1 ? cameras[0]! : undefined);
    if (wanted === undefined) {
      throw new DatasetError(
        `${name}: the file has ${cameras.length} cameras (${cameras.slice(0, 5).join(', ')}, ...); name one: data.camera=FILE#NAME in an experiment, the option 'camera' in code`,
      );
    }
    if (!cameras.includes(wanted))
      throw new DatasetError(`${name}: ${unknownNameMessage('camera', wanted, cameras)}`);
    rows = rows.filter(({ fields }) => fields[cameraAt] === wanted);
  }
  const column = (index: number) =>
    rows.map(({ number, fields }) => {
      const field = fields[index];
      const value = numberOf(field);
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
