import crc32 from 'crc-32';
import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixturePath } from '@prismamba/testing';
import {
  FormatError,
  readEnvi,
  readMat5,
  readNpy,
  readNpz,
  readPng,
  readPth,
  readSafetensors,
  writeEnvi,
  writeMat5,
  writeNpy,
  writeNpz,
  writePng,
  writeSafetensors,
  type NdArray,
} from '../index.js';
import { FileError, listMat, openEnvi, openMat } from '../node.js';

/** What a mutated file may make a reader take; every seed is far smaller. */
const MOST_BYTES = 2 ** 24;

/** Between an ENVI header and its data. */
const MARK = new TextEncoder().encode('\n--data--\n');

const cube: NdArray = {
  dtype: 'float32',
  shape: [4, 5, 3],
  data: Float32Array.from({ length: 60 }, (_, i) => i / 7),
};
const counts: NdArray = { dtype: 'int64', shape: [3], data: BigInt64Array.from([1n, -2n, 3n]) };
const both = new Map([
  ['cube', cube],
  ['counts', counts],
]);
const fixture = (path: string): Uint8Array => readFileSync(fixturePath(path));

interface FuzzedReader {
  /** Well-formed files that are mutated. */
  readonly seeds: readonly Uint8Array[];
  readonly read: (bytes: Uint8Array, folder: string) => unknown;
  /** Makes checksums true again, so that what lies behind them is reached. */
  readonly repair?: (bytes: Uint8Array) => Uint8Array;
}

const options = { name: 'mutated', maxBytes: MOST_BYTES };
const unchecked = { ...options, verifyChecksum: false };

/** Readers by name. Real files of MATLAB's, Pillow's, NumPy's and PyTorch's making stand beside those of our writers. */
export const fuzzedReaders: Readonly<Record<string, FuzzedReader>> = {
  npy: {
    seeds: [writeNpy(cube), fixture('foreign/npy-unicode-prefix.npy'), fixture('foreign/npy-bool-2.npy')],
    read: (bytes) => readNpy(bytes, options),
  },
  'npz and zip': {
    seeds: [writeNpz(both), writeNpz(both, { compress: true }), fixture('foreign/npz-text-beside-cube.npz')],
    read: (bytes) => [attempt(() => readNpz(bytes, options)), attempt(() => readNpz(bytes, unchecked))],
  },
  PNG: {
    seeds: [
      writePng({ width: 5, height: 4, channels: 3, bitDepth: 8, data: new Uint8Array(60).fill(7) }),
      writePng({ width: 3, height: 4, channels: 1, bitDepth: 16, data: new Uint16Array(12).fill(900) }),
      ...[1, 2, 4].map((bits) => fixture(`foreign/png-interlaced-${bits}.png`)),
    ],
    read: (bytes) => readPng(bytes, options),
    repair: repairPng,
  },
  'MAT level 5': {
    seeds: [
      writeMat5(both),
      writeMat5(both, { compress: false }),
      fixture('foreign/mat5-objects.mat'),
      fixture('foreign/mat5-objects-compressed.mat'),
    ],
    read: (bytes) => readMat5(bytes, options),
  },
  '.pth': {
    seeds: [fixture('foreign/pth-beside-weights-2.pth'), fixture('foreign/pth-beside-weights-4.pth')],
    read: (bytes) => [attempt(() => readPth(bytes, options)), attempt(() => readPth(bytes, unchecked))],
  },
  safetensors: {
    seeds: [writeSafetensors(both, { camera: 'none' })],
    read: (bytes) => readSafetensors(bytes, options),
  },
  ENVI: {
    seeds: [enviBytes('bsq'), enviBytes('bip')],
    read: (bytes, folder) => {
      const { header, data } = splitEnvi(bytes);
      const text = new TextDecoder().decode(header);
      writeFileSync(join(folder, 'a.hdr'), header);
      writeFileSync(join(folder, 'a.img'), data);
      return [
        attempt(() => readEnvi(text, data, options)),
        attempt(() => {
          const file = openEnvi(join(folder, 'a.hdr'), options);
          try {
            return file.slice(file.shape.map(() => null));
          } finally {
            file.close();
          }
        }),
      ];
    },
  },
  'MAT v7.3 and HDF5': {
    seeds: ['ntire2022/ARAD_1K_0001.mat', 'foreign/mat73-kinds.mat', 'foreign/hdf5-outside.h5'].map(fixture),
    read: async (bytes, folder) => {
      const path = join(folder, 'a.mat');
      writeFileSync(path, bytes);
      await attemptLater(() => listMat(path));
      const file = await openMat(path, options);
      try {
        for (const key of file.keys()) attempt(() => file.read(key));
      } finally {
        file.close();
      }
    },
  },
};

/** One change of a file: what real damage and what an attacker does. */
const edit = fc.oneof(
  fc.record({
    kind: fc.constant('bit' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    bit: fc.nat(7),
  }),
  fc.record({
    kind: fc.constant('bytes' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    // Sizes and offsets that are 0, negative, just too large, or claim everything.
    value: fc.constantFrom(
      0n,
      1n,
      0x7fn,
      0x80n,
      0xffn,
      0xffffn,
      0x7fffffffn,
      0x80000000n,
      0xffffffffn,
      2n ** 53n,
      2n ** 64n - 1n,
    ),
    width: fc.constantFrom(1, 2, 4, 8),
    big: fc.boolean(),
  }),
  fc.record({
    kind: fc.constantFrom('cut' as const, 'remove' as const, 'repeat' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 1, max: 64 }),
  }),
);
type Edit = typeof edit extends fc.Arbitrary<infer E> ? E : never;

function apply(bytes: Uint8Array, change: Edit): Uint8Array {
  const at = Math.min(bytes.length - 1, Math.floor(change.at * bytes.length));
  if (bytes.length === 0) return bytes;
  const copy = bytes.slice();
  switch (change.kind) {
    case 'bit':
      copy[at]! ^= 1 << change.bit;
      return copy;
    case 'bytes':
      for (let i = 0; i < change.width && at + i < copy.length; i++) {
        const shift = BigInt(8 * (change.big ? change.width - 1 - i : i));
        copy[at + i] = Number((change.value >> shift) & 0xffn);
      }
      return copy;
    case 'cut':
      return copy.subarray(0, at);
    case 'remove':
      return Uint8Array.from([...copy.subarray(0, at), ...copy.subarray(at + change.length)]);
    case 'repeat':
      return Uint8Array.from([...copy.subarray(0, at + change.length), ...copy.subarray(at)]);
  }
}

/**
 * Gives a reader `cases` mutated files: each must be read, or refused by a FormatError or FileError that names the file. A failure
 * is shrunk to the fewest edits and printed with its seed.
 */
export async function fuzzReader(name: string, cases: number, seed: number): Promise<void> {
  const { seeds, read, repair = (bytes) => bytes } = fuzzedReaders[name]!;
  const folder = mkdtempSync(join(tmpdir(), 'prismamba-fuzz-'));
  try {
    const property = fc.asyncProperty(
      fc.nat(seeds.length - 1),
      fc.array(edit, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      async (chosen, edits, repaired) => {
        const mutated = edits.reduce(apply, seeds[chosen]!);
        await attemptLater(async () => await read(repaired ? repair(mutated) : mutated, folder));
      },
    );
    await fc.assert(property, { numRuns: cases, seed });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lets errors of ours pass; every other one is what is looked for. */
function allow(error: unknown): void {
  if (!(error instanceof FormatError || error instanceof FileError)) throw error;
  if (error.message.length < 10 || !/mutated|prismamba-fuzz-/.test(error.message)) {
    throw new Error(`an error that names no file: ${error.message}`, { cause: error });
  }
}

function attempt(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    allow(error);
  }
}

async function attemptLater(read: () => Promise<unknown>): Promise<void> {
  try {
    await read();
  } catch (error) {
    allow(error);
  }
}

/** Chunks with true checksums, as far as the file is one of chunks. */
function repairPng(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (let at = 8; at + 12 <= copy.length;) {
    const length = view.getUint32(at);
    if (at + 12 + length > copy.length) break;
    view.setInt32(at + 8 + length, crc32.buf(copy.subarray(at + 4, at + 8 + length)));
    at += 12 + length;
  }
  return copy;
}

/** Header and data in one piece, so that a mutation can hit either. */
function enviBytes(interleave: 'bsq' | 'bip'): Uint8Array {
  const { header, data } = writeEnvi(cube, { interleave, wavelengths: [450, 550, 650] });
  return Uint8Array.from([...new TextEncoder().encode(header), ...MARK, ...data]);
}

function splitEnvi(bytes: Uint8Array): { header: Uint8Array; data: Uint8Array } {
  const at = Buffer.from(bytes).indexOf(MARK);
  if (at < 0) return { header: bytes, data: new Uint8Array(240) };
  return { header: bytes.subarray(0, at), data: bytes.slice(at + MARK.length) };
}
