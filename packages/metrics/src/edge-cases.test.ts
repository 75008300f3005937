import { fileURLToPath } from 'node:url';
import { checkGeneratedSection, table } from '@prismamba/testing/docs';
import { describe, expect, it } from 'vitest';
import { metricNames, metricOf, ssim, type Cube } from './index.js';
import { makeCube, mapCube, waves } from './test-cubes.js';

const [height, width, bands] = [12, 13, 6] as const;
const wavelengths = Array.from({ length: bands }, (_, b) => 420 + 50 * b);
const visible = (cube: Cube): Cube => ({ ...cube, wavelengths });
const good = visible(waves(height, width, bands));
const near = visible(waves(height, width, bands, 0.4));
const grey = (value: number): Cube => visible(makeCube(height, width, bands, () => value));

const zeroBand = (cube: Cube): Cube => mapCube(cube, (v, k) => (k % bands === 2 ? 0 : v));
/** In the middle, so that windows of every size hold it. */
const pixel = 6 * width + 6;
const zeroPixel = (cube: Cube): Cube => mapCube(cube, (v, k) => (Math.floor(k / bands) === pixel ? 0 : v));
const allButPixel = new Uint8Array(height * width).fill(1).fill(0, pixel, pixel + 1);

/** The pair of cubes that each column of the page's table is about. */
const inputs: Readonly<Record<string, readonly [truth: Cube, reconstruction: Cube]>> = {
  'truth: zero band': [zeroBand(good), near],
  'reconstruction: zero band': [good, zeroBand(near)],
  'both: zero band': [zeroBand(good), zeroBand(near)],
  'truth: zero pixel': [zeroPixel(good), near],
  'reconstruction: zero pixel': [good, zeroPixel(near)],
  'both: zero pixel': [zeroPixel(good), zeroPixel(near)],
  'equal constants': [grey(0.5), grey(0.5)],
  'other constants': [grey(0.5), grey(0.25)],
};

type Score = (truth: Cube, reconstruction: Cube, mask?: Uint8Array) => number;

/** Every metric in every variant, by the name of its row on the page. */
const variants: Readonly<Record<string, Score>> = Object.fromEntries(
  metricNames.flatMap((name) => {
    const { compute, variants: all } = metricOf(name);
    return all.map((options): [string, Score] => [
      [name, ...Object.values(options)].join(' '),
      (truth, reconstruction, mask) => compute(truth, reconstruction, { ...options, mask }),
    ]);
  }),
);

/** What a variant gives for a pair of cubes, in the words of the page. */
function cell(variant: Score, [truth, reconstruction]: readonly [Cube, Cube]): string {
  const value = variant(truth, reconstruction);
  if (value === variant(good, near, allButPixel)) return 'left out';
  if (!Number.isFinite(value) || value === 0 || value === 1) return String(value);
  expect(value).not.toBe(variant(good, near)); // the zeros are counted
  return 'finite';
}

it('docs/metric-protocols.md says what zeros and constants give', async () => {
  const rows = Object.entries(variants).map(([name, variant]) => [
    `\`${name}\``,
    ...Object.values(inputs).map((pair) => cell(variant, pair)),
  ]);
  const page = fileURLToPath(new URL('../../../docs/metric-protocols.md', import.meta.url));
  await checkGeneratedSection(page, 'zeros and constants', table(['metric', ...Object.keys(inputs)], rows));
});

it('the README lists every metric', async () => {
  const rows = metricNames.map((name) => {
    const { settings, perfect, source } = metricOf(name);
    return [`\`${name}\``, settings, String(perfect), source];
  });
  const page = fileURLToPath(new URL('../README.md', import.meta.url));
  await checkGeneratedSection(page, 'metrics', table(['function', 'options', 'perfect', 'source'], rows));
});

describe.each(Object.keys(variants))('%s', (name) => {
  const variant = variants[name]!;

  it('is NaN when a counted value of either cube is, wherever it stands', () => {
    // The first value, one inside, the last one; in a pixel and a band that are zero in the other cube, too.
    for (const at of [0, pixel * bands + 2, height * width * bands - 1]) {
      const broken = (cube: Cube): Cube => mapCube(cube, (v, k) => (k === at ? NaN : v));
      for (const other of [near, zeroBand(near), zeroPixel(near), grey(0)]) {
        expect(variant(other, broken(near))).toBeNaN();
        expect(variant(broken(near), other)).toBeNaN();
      }
    }
  });

  it('is NaN when nothing is counted', () => {
    expect(variant(good, near, new Uint8Array(height * width))).toBeNaN();
  });
});

it('constant cubes of 0.5 against 0.25, by hand', () => {
  const [truth, reconstruction] = inputs['other constants']!;
  const wanted: Readonly<Record<string, number>> = {
    'mrae none': 0.5,
    'mrae skip-zeros': 0.5,
    'mrae add-1e-3': 0.25 / 0.501,
    'mrae replace-zeros-1e-8': 0.5,
    rmse: 0.25,
    'psnr 1': 20 * Math.log10(4),
    'psnr cube-maximum': 20 * Math.log10(2),
    'psnr band-maximum': 20 * Math.log10(2),
    'psnr clamp-255': 20 * Math.log10(4),
    sam: 0,
    samBand: 0,
    'ssim gaussian-11': (0.25 + 1e-4) / (0.3125 + 1e-4), // luminance alone
    'ssim uniform-7 cube-range': 0.8, // the range is 0, and with it C1
    ergas: 50,
  };
  for (const [name, value] of Object.entries(wanted)) {
    expect(variants[name]!(truth, reconstruction), name).toBeCloseTo(value, 12);
  }
  // Two greys: a and b are 0, L* of 0.5 and 0.25 differ by 116 (cbrt 0.5 - cbrt 0.25); S_L from CIE 142-2001.
  const lightness = [0.5, 0.25].map((v) => 116 * Math.cbrt(v) - 16) as [number, number];
  const offset = ((lightness[0] + lightness[1]) / 2 - 50) ** 2;
  const deltaE = (lightness[0] - lightness[1]) / (1 + (0.015 * offset) / Math.sqrt(20 + offset));
  expect(variants['deltaE']!(truth, reconstruction)).toBeCloseTo(deltaE, 9);
});

it('PSNR band-maximum: an exact band and a dark band with an error have no mean', () => {
  const truth = mapCube(good, (v, k) => (k % bands < 2 ? 0 : v));
  const reconstruction = mapCube(truth, (v, k) => (k % bands === 0 ? 0.1 : v));
  expect(variants['psnr band-maximum']!(truth, reconstruction)).toBeNaN();
});

it('SSIM: a NaN outside every counted window does not matter, also in the first pixel', () => {
  const tall = waves(30, 11, 2);
  const other = waves(30, 11, 2, 0.4);
  const broken = mapCube(other, (v, k) => (k < 2 ? NaN : v));
  // Only the window with centre (20, 5) counts; it starts at row 15.
  const mask = new Uint8Array(30 * 11).fill(0).fill(1, 20 * 11 + 5, 20 * 11 + 6);
  const value = ssim(tall, broken, { mask });
  expect(value).toBeCloseTo(ssim(tall, other, { mask }), 12);
});

it('sums are in float64: float32 cubes of one error keep ten digits', () => {
  // Summed in float32, 892 800 of these terms lose the third digit.
  const size = [160, 180, 31] as const;
  const cube = (value: number): Cube => ({
    data: new Float32Array(size[0] * size[1] * size[2]).fill(value),
    height: size[0],
    width: size[1],
    bands: size[2],
    wavelengths: Array.from({ length: size[2] }, (_, b) => 400 + 10 * b),
  });
  const [y, x] = [Math.fround(0.7), Math.fround(0.6)];
  const single = (name: string): number => variants[name]!(cube(0.7), cube(0.6));
  const expectDigits = (name: string, value: number) =>
    expect(Math.abs(single(name) / value - 1), name).toBeLessThan(1e-10);
  expectDigits('mrae none', (y - x) / y);
  expectDigits('rmse', y - x);
  expectDigits('psnr 1', -20 * Math.log10(y - x));
  expectDigits('psnr band-maximum', 20 * Math.log10(y / (y - x)));
  expectDigits('ergas', (100 * (y - x)) / y);
  const [c1, product] = [1e-4, 2 * y * x];
  expectDigits('ssim gaussian-11', (product + c1) / (y * y + x * x + c1));
  // The angle between proportional spectra is 0: what is left is the rounding of the cosine, 1e-16 and not 1e-8.
  expect(single('sam')).toBeLessThan(1e-5);
});
