import type { DType } from '../dtype.js';
import { ITEM_BYTES } from '../dtype.js';
import { FormatError } from '../format-error.js';

/** Order of the values in an ENVI file: bands of images, lines of bands, or pixels of bands. */
export type Interleave = 'bsq' | 'bil' | 'bip';

/** What the `.hdr` file of an ENVI image says. */
export interface EnviHeader {
  readonly lines: number;
  readonly samples: number;
  readonly bands: number;
  readonly dtype: DType;
  readonly interleave: Interleave;
  readonly littleEndian: boolean;
  /** Bytes before the first value. */
  readonly headerOffset: number;
  /** One number a band, in `wavelengthUnits`. */
  readonly wavelengths?: readonly number[];
  /** As written in the file, such as Nanometers or Micrometers. */
  readonly wavelengthUnits?: string;
  /** `wavelengths` in nanometres; undefined where there are none, or where the unit is missing or no length. */
  readonly wavelengthsNm?: readonly number[];
  readonly bandNames?: readonly string[];
  /** Value of pixels without data. */
  readonly ignoreValue?: number;
  /** Reflectance = value / this factor. */
  readonly reflectanceScaleFactor?: number;
  readonly description?: string;
  /** Every entry as text, by its name in lower case. */
  readonly fields: ReadonlyMap<string, string>;
}

/** ENVI data type codes. 6 and 9 are complex. */
const DTYPES: Readonly<Record<string, DType>> = {
  1: 'uint8',
  2: 'int16',
  3: 'int32',
  4: 'float32',
  5: 'float64',
  12: 'uint16',
  13: 'uint32',
  14: 'int64',
  15: 'uint64',
};

export const ENVI_CODES: ReadonlyMap<DType, string> = new Map(
  Object.entries(DTYPES).map(([code, dtype]) => [dtype, code]),
);

/** Nanometres in one unit, by its name in lower case. */
const UNITS: Readonly<Record<string, number>> = {
  nanometers: 1,
  nanometer: 1,
  nanometres: 1,
  nm: 1,
  micrometers: 1000,
  micrometer: 1000,
  micrometres: 1000,
  microns: 1000,
  um: 1000,
  µm: 1000,
  millimeters: 1e6,
  mm: 1e6,
  centimeters: 1e7,
  cm: 1e7,
  meters: 1e9,
  m: 1e9,
  angstroms: 0.1,
};

/** Headers are short; the longest lists have a few thousand bands. */
export const LONGEST_ENVI_HEADER = 2 ** 24;

/** Parses the text of an ENVI `.hdr` file. @throws FormatError naming the entry. */
export function parseEnviHeader(text: string, options: { readonly name?: string } = {}): EnviHeader {
  const name = options.name ?? 'hdr';
  const fail = (problem: string, expected: string, fix?: string): FormatError =>
    new FormatError({ name, problem, expected, ...(fix === undefined ? {} : { fix }) });
  if (text.length > LONGEST_ENVI_HEADER)
    throw fail(`a header of ${String(text.length)} characters`, `at most ${String(LONGEST_ENVI_HEADER)}`);
  if (!/^\uFEFF?ENVI\b/.test(text)) throw fail('this is no ENVI header', 'ENVI as its first word');
  const fields = readFields(text);

  const count = (key: string, least: number, fallback?: number): number => {
    const value = fields.get(key);
    if (value === undefined && fallback !== undefined) return fallback;
    const number = Number(value);
    if (value === undefined || !Number.isSafeInteger(number) || number < least) {
      throw fail(
        value === undefined ? `there is no '${key}'` : `'${key} = ${value}'`,
        `${key} = a whole number >= ${String(least)}`,
      );
    }
    return number;
  };
  const real = (key: string): number | undefined => {
    const value = fields.get(key);
    if (value === undefined) return undefined;
    if (value === '' || Number.isNaN(Number(value))) throw fail(`'${key} = ${value}'`, 'a number');
    return Number(value);
  };

  const bands = count('bands', 1);
  const code = fields.get('data type') ?? '';
  const dtype = DTYPES[code];
  if (dtype === undefined) {
    const complex = code === '6' || code === '9';
    throw fail(
      `'data type = ${code}'${complex ? ' (complex)' : ''}`,
      Object.entries(DTYPES)
        .map(([key, type]) => `${key} (${type})`)
        .join(', '),
      complex ? 'Save the real and the imaginary part as two images' : undefined,
    );
  }
  const interleave = fields.get('interleave')?.toLowerCase();
  if (interleave !== 'bsq' && interleave !== 'bil' && interleave !== 'bip') {
    throw fail(
      interleave === undefined ? "there is no 'interleave'" : `'interleave = ${interleave}'`,
      'bsq, bil or bip',
    );
  }
  const order = count('byte order', 0, ITEM_BYTES[dtype] === 1 ? 0 : undefined);
  if (order > 1) throw fail(`'byte order = ${String(order)}'`, '0 (little-endian) or 1 (big-endian)');
  if (fields.has('file compression') && fields.get('file compression') !== '0') {
    throw fail('the data is compressed', 'file compression = 0', 'Save the image without compression');
  }

  const wavelengths = list(fields.get('wavelength'))?.map((item) => {
    if (item === '' || Number.isNaN(Number(item))) throw fail(`the wavelength '${item}'`, 'a number');
    return Number(item);
  });
  const bandNames = list(fields.get('band names'));
  for (const [key, values] of [
    ['wavelength', wavelengths],
    ['band names', bandNames],
  ] as const) {
    if (values !== undefined && values.length !== bands) {
      throw fail(
        `'${key}' has ${String(values.length)} entries`,
        `one for each of the ${String(bands)} bands`,
      );
    }
  }
  const units = fields.get('wavelength units');
  const factor = UNITS[units?.toLowerCase() ?? ''];
  const header: EnviHeader = {
    lines: count('lines', 1),
    samples: count('samples', 1),
    bands,
    dtype,
    interleave,
    littleEndian: order === 0,
    headerOffset: count('header offset', 0, 0),
    fields,
    ...optional('wavelengths', wavelengths),
    ...optional('wavelengthUnits', units),
    ...optional(
      'wavelengthsNm',
      factor === undefined ? undefined : wavelengths?.map((value) => value * factor),
    ),
    ...optional('bandNames', bandNames),
    ...optional('ignoreValue', real('data ignore value')),
    ...optional('reflectanceScaleFactor', real('reflectance scale factor')),
    ...optional('description', fields.get('description')),
  };
  if (!Number.isSafeInteger(enviFileBytes(header))) {
    throw fail(
      `${String(header.lines)} lines, ${String(header.samples)} samples, ${String(bands)} bands`,
      'a size below 2^53 bytes',
    );
  }
  return header;
}

/** Bytes that the data file must have. */
export function enviFileBytes(header: EnviHeader): number {
  return header.headerOffset + header.lines * header.samples * header.bands * ITEM_BYTES[header.dtype];
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}

/** `name = value` lines; a value in braces may run over several lines and is kept without them. */
function readFields(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  const lines = text.split(/\r\n|\r|\n/);
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const equals = line.indexOf('=');
    if (equals < 0 || line.trimStart().startsWith(';')) continue;
    const key = line.slice(0, equals).trim().toLowerCase().replace(/\s+/g, ' ');
    let value = line.slice(equals + 1).trim();
    if (value.startsWith('{')) {
      const parts = [value];
      while (!(parts.at(-1) ?? '').includes('}') && i + 1 < lines.length) parts.push(lines[++i] ?? '');
      value = parts
        .join('\n')
        .slice(1)
        .replace(/}[^}]*$/, '')
        .trim();
    }
    fields.set(key, value);
  }
  return fields;
}

function list(value: string | undefined): string[] | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  return value.split(',').map((item) => item.trim());
}
