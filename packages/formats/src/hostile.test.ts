import crc32 from 'crc-32';
import { zipSync, zlibSync } from 'fflate';
import { expect, test } from 'vitest';
import { concat } from './concat.js';
import {
  FormatError,
  readMat5,
  readNpy,
  readNpz,
  readPng,
  readPth,
  readSafetensors,
  readStateDict,
  writeMat5,
  writeNpy,
  writePng,
  writeSafetensors,
} from './index.js';

/* Files that are small and want much: each kind of attack by its name. What readers do with damage of any kind is in readers.test.ts. */

const bytesOf = (text: string) => new TextEncoder().encode(text);
const filled = (count: number, ...pattern: number[]) =>
  new Uint8Array(Buffer.alloc(count * pattern.length, Uint8Array.from(pattern)));
/** A `.pth` around a pickle of protocol 2, deflated. */
const pth = (...parts: Uint8Array[]) =>
  zipSync({ 'a/data.pkl': concat([Uint8Array.of(0x80, 2), ...parts, Uint8Array.of(0x2e)]) }, { level: 9 });

const MILLIONS = 2_000_000;
const EMPTY_LIST = 0x5d;
const MEMOIZE = 0x94;

test.each([
  ['60 million values', pth(filled(30 * MILLIONS, 0x4e))],
  ['two million lists', pth(filled(MILLIONS, EMPTY_LIST))],
  ['two million marks', pth(filled(MILLIONS, 0x28))],
  ['a memo of two million entries', pth(Uint8Array.of(0x4e), filled(MILLIONS, MEMOIZE))],
  ['values that are made and dropped again', pth(filled(MILLIONS, 0x4e, 0x30))],
])('.pth that inflates to %s', (_, bytes) => {
  expect(bytes.length).toBeLessThan(300_000);
  expect(() => readPth(bytes, { name: 'evil.pth' })).toThrow(
    /^evil\.pth .*at byte \d+: the pickle makes more than 1048576 values/,
  );
});

test('.pth of lists in lists, a quarter of a million deep: no recursion follows them', () => {
  const depth = 250_000;
  const deep = pth(filled(depth, EMPTY_LIST), filled(depth - 1, 0x61));
  expect(readPth(deep)).toHaveLength(1);
  expect(() => readStateDict(deep, { name: 'deep.pth' })).toThrow(/^deep\.pth: there is no state dict/);
});

test('MAT of cells in cells, five thousand deep, plain and compressed: skipped as a whole', () => {
  const words = (...values: number[]) => new Uint8Array(Uint32Array.from(values).buffer);
  const element = (type: number, body: Uint8Array) => concat([words(type, body.length), body]);
  const head = concat([element(6, words(1, 0)), element(5, words(1, 1)), words((1 << 16) | 1, 0x63)]);
  let cell = element(14, head);
  for (let i = 0; i < 5000; i++) cell = element(14, concat([head, cell]));
  const fine = writeMat5(
    new Map([['x', { dtype: 'float64' as const, shape: [1, 1], data: Float64Array.of(3) }]]),
    { compress: false },
  );
  for (const deep of [cell, element(15, zlibSync(cell))]) {
    const { arrays, skipped } = readMat5(concat([fine, deep]));
    expect([...arrays.keys()]).toEqual(['x']);
    expect(skipped.get('c')).toBe('a cell array');
  }
});

test('MAT with one variable twice', () => {
  const one = writeMat5(
    new Map([['x', { dtype: 'float64' as const, shape: [1, 1], data: Float64Array.of(3) }]]),
  );
  expect(() => readMat5(concat([one, one.subarray(128)]), { name: 'two.mat' })).toThrow(
    /^two\.mat .*the variable 'x' is there twice/,
  );
});

/** A chunk of a PNG file. */
const chunk = (type: string, body: Uint8Array) => {
  const named = concat([bytesOf(type), body]);
  const ends = new DataView(new ArrayBuffer(8));
  ends.setUint32(0, body.length);
  ends.setInt32(4, crc32.buf(named));
  return concat([new Uint8Array(ends.buffer, 0, 4), named, new Uint8Array(ends.buffer, 4, 4)]);
};

test('PNG whose text, colour profile and Exif are bombs: they are not inflated', () => {
  const picture = { width: 2, height: 1, channels: 1, bitDepth: 8, data: Uint8Array.of(1, 2) } as const;
  const plain = writePng(picture);
  const bomb = zlibSync(new Uint8Array(50_000_000), { level: 9 });
  const behindHeader = 8 + 25;
  const png = concat([
    plain.subarray(0, behindHeader),
    chunk('zTXt', concat([bytesOf('Comment\0\0'), bomb])),
    chunk('iTXt', concat([bytesOf('Comment\0\x01\0\0\0'), bomb])),
    chunk('iCCP', concat([bytesOf('profile\0\0'), bomb])),
    chunk('eXIf', bomb),
    plain.subarray(behindHeader),
  ]);
  const before = process.memoryUsage().arrayBuffers;
  expect(readPng(png).data).toEqual(picture.data);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
});

test('a picture of one pixel with 50 MB behind it, and an archive that claims 100 bytes of them: decoding ends when full', () => {
  const zeros = new Uint8Array(50_000_000);
  const one = writePng({ width: 1, height: 1, channels: 1, bitDepth: 8, data: Uint8Array.of(7) });
  const view = new DataView(one.buffer, one.byteOffset, one.length);
  const at = 8 + 25;
  const bomb = concat([
    one.subarray(0, at),
    chunk('IDAT', zlibSync(zeros, { level: 1 })),
    one.subarray(at + 12 + view.getUint32(at)),
  ]);
  expect(readPng(bomb).data).toHaveLength(1);

  const archive = zipSync({ 'x.npy': zeros }, { level: 1 });
  // In the local header and in the directory.
  const claimed = new DataView(archive.buffer, archive.byteOffset, archive.length);
  let patched = 0;
  for (let i = 0; i + 4 <= archive.length; i++) {
    if (claimed.getUint32(i, true) !== zeros.length) continue;
    claimed.setUint32(i, 100, true);
    patched++;
  }
  expect(patched).toBeGreaterThan(0);
  expect(() => readNpz(archive, { name: 'a.npz' })).toThrow(
    /^a\.npz .*inflates to more bytes; expected the 100 bytes/,
  );
});

test('safetensors with 8 MB of metadata', () => {
  const metadata = Object.fromEntries(
    Array.from({ length: 200_000 }, (_, i) => [`key ${String(i)}`, 'x'.repeat(20)]),
  );
  const bytes = writeSafetensors(new Map(), metadata);
  expect(bytes.length).toBeGreaterThan(7_000_000);
  expect(Object.keys(readSafetensors(bytes).metadata)).toHaveLength(200_000);
});

test('safetensors whose header is brackets in brackets', () => {
  for (const open of ['[', '{"a":']) {
    const header = bytesOf(`{"a":${open.repeat(500_000)}`);
    const size = new Uint8Array(new BigUint64Array([BigInt(header.length)]).buffer);
    expect(() => readSafetensors(concat([size, header]), { name: 'deep.safetensors' })).toThrow(FormatError);
  }
});

test('npz: a member named __proto__ is an array like any other, and changes no object', () => {
  const npy = writeNpy({ dtype: 'uint8', shape: [1], data: Uint8Array.of(1) });
  const arrays = readNpz(zipSync({ '__proto__.npy': npy, 'constructor.npy': npy }));
  expect([...arrays.keys()]).toEqual(['__proto__', 'constructor']);
  expect(({} as Record<string, unknown>)['dtype']).toBeUndefined();
});

test.each([2 ** 53, 2 ** 53 + 2, 2 ** 62])('npy: a shape of %d', (extent) => {
  const head = `{'descr': '<f8', 'fortran_order': False, 'shape': (${String(extent)}, ${String(extent)}), }`;
  const bytes = concat([
    Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, head.length & 255, head.length >> 8),
    bytesOf(head),
    new Uint8Array(16),
  ]);
  expect(() => readNpy(bytes, { name: 'huge.npy' })).toThrow(/^huge\.npy/);
});
