import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FUZZ_FOLDER, type FuzzedReader } from '@prismamba/testing/fuzz';
import { expect } from 'vitest';
import { DatasetError } from '../dataset-error.js';
import { readSplit } from '../loaders/read-split.js';
import { parseCameraCsv, parseCameraList } from '../rgb-formation/camera-csv.js';
import { parseSplit, type Split } from '../splits/split.js';

const bytes = (text: string) => new TextEncoder().encode(text);

function allow(error: unknown): void {
  if (!(error instanceof DatasetError)) throw error;
  if (!['mutated', 'split.json', FUZZ_FOLDER].some((name) => error.message.includes(name))) {
    throw new Error(`an error that names no file: ${error.message}`, { cause: error });
  }
}

/** What a reader gives for damaged text is a curve or a split all the same: numbers that increase, names that stay inside. */
function checkCurve(text: string): void {
  for (const { wavelengths, columns } of parseCameraList(text, { name: 'mutated' })) {
    expect(wavelengths.length).toBeGreaterThan(0);
    for (const values of [wavelengths, ...Object.values(columns)]) {
      expect(values).toHaveLength(wavelengths.length);
      expect(values.every(Number.isFinite)).toBe(true);
    }
    expect(wavelengths.every((nm, i) => i === 0 || nm > wavelengths[i - 1]!)).toBe(true);
  }
}

function checkSplit({ train, test, validation = [] }: Split): void {
  const names = [...train, ...test, ...validation];
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => name.split(/[\\/]/).includes('..'))).toEqual([]);
}

/** Readers by name. */
export const fuzzedReaders: Readonly<Record<string, FuzzedReader>> = {
  'camera CSV': {
    seeds: [
      '# measured\nWavelength (nm),Blue,Green,Red\n400,3,2,1\n410,6,5,4\n',
      '400;0,1;0,25;3\r\n410;1;2,5;,5\r\n',
      'camera,nm,r,g,b\nA,400,1,2,3\nA,500,4,5,6\nB,400,"7,5",8,9\nB,500,1,1,1\n',
      'nm\tr\tg\tb\r400\t0,1\t0,25\t3\r410\t1\t2\t3\r',
    ].map(bytes),
    tokens: [
      '"',
      '""',
      ',',
      ';',
      '\t',
      '\r',
      '\n',
      '#',
      '1e309',
      'NaN',
      '-',
      '0x10',
      '\u0000',
      'camera',
      '__proto__',
    ],
    read: (mutated) => {
      checkCurve(new TextDecoder().decode(mutated));
    },
    allow,
  },
  'split JSON': {
    seeds: [
      '{"train": ["beads", "clay"], "test": ["balloons"], "notes": ["none"]}',
      '{"wavelengths_nm": [400], "train": ["a", "b/c"], "test": ["d"], "validation": ["e"], "mini": {"train": ["a"], "test": ["d"]}}',
    ].map(bytes),
    tokens: [
      '../',
      '"train": []',
      '"train": ["x"],',
      '"__proto__": {"train": ["y"]},',
      '[',
      '{',
      '}',
      '"',
      ',',
      'null',
      '1e999',
      '\\u0000',
      '\\u002e\\u002e/',
    ],
    read: async (mutated, folder) => {
      const file = join(folder, 'split.json');
      writeFileSync(file, mutated);
      checkSplit(await readSplit(file));
      checkSplit(await readSplit(`${file}#mini`));
    },
    allow,
  },
};

// CSV has no negative zero.
const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value + 0);
const curve = fc
  .uniqueArray(fc.integer({ min: 300, max: 1100 }), { minLength: 1, maxLength: 12 })
  .chain((nm) =>
    fc.record({
      wavelengths: fc.constant(nm.sort((a, b) => a - b)),
      ...{
        r: fc.array(finite, { minLength: nm.length, maxLength: nm.length }),
        g: fc.array(finite, { minLength: nm.length, maxLength: nm.length }),
        b: fc.array(finite, { minLength: nm.length, maxLength: nm.length }),
      },
      separator: fc.constantFrom(',', ';', '\t'),
      end: fc.constantFrom('\n', '\r\n', '\r'),
      decimalComma: fc.boolean(),
      header: fc.boolean(),
      quotes: fc.boolean(),
      trailing: fc.nat(2),
      comment: fc.boolean(),
    }),
  );

/** Camera curves in every spelling that spreadsheets have: each is read as what it says. */
export function checkSpellings(cases: number, seed: number): void {
  fc.assert(
    fc.property(
      curve,
      ({ wavelengths, r, g, b, separator, end, decimalComma, header, quotes, trailing, comment }) => {
        const cell = (value: number) => {
          const text = decimalComma ? String(value).replace('.', ',') : String(value);
          return quotes || (decimalComma && separator === ',') ? `"${text}"` : text;
        };
        const named = header || trailing > 0;
        const rows = wavelengths.map((nm, i) => [nm, r[i]!, g[i]!, b[i]!].map(cell));
        const lines = (named ? [['nm', 'R', 'G', 'B'], ...rows] : rows).map(
          (cells) => cells.join(separator) + separator.repeat(trailing),
        );
        const text = [...(comment ? ['# by hand; 1,5'] : []), ...lines, ''].join(end);
        const read = parseCameraCsv(text, { name: 'a.csv' });
        expect(read).toEqual({ name: 'a.csv', wavelengths, columns: { r, g, b } });
      },
    ),
    { numRuns: cases, seed },
  );
}

/** Splits of any names: what was written is read. */
export function checkSplits(cases: number, seed: number): void {
  const name = fc
    .string({ minLength: 1, maxLength: 8, unit: 'grapheme' })
    .filter((text) => !/[/\\]/.test(text));
  const names = fc.uniqueArray(
    name.filter((text) => text !== '..'),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(names, fc.nat(12), fc.nat(12), (all, first, second) => {
      const [from, to] = [Math.min(first, second), Math.max(first, second)];
      const split = {
        train: all.slice(0, from),
        test: all.slice(from, to),
        validation: all.slice(to),
        notes: [],
      };
      const read = parseSplit(JSON.parse(JSON.stringify(split)), { name: 'x.json' });
      expect(read).toEqual({ name: 'x.json', ...split });
    }),
    { numRuns: cases, seed },
  );
}
