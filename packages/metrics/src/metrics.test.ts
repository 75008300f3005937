import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  darkPixelMask,
  ergas,
  metricNames,
  metricOf,
  mrae,
  mraeConventions,
  mse,
  psnr,
  rmse,
  sam,
  samBand,
  ssim,
  type Cube,
} from './index.js';
import { bandStatistics } from './band-statistics.js';
import { batchToCubes, clipCube, cropCube } from './cube.js';
import { makeCube, mapCube, waves } from './test-cubes.js';

const visible = Array.from({ length: 6 }, (_, b) => 420 + 50 * b);
const truth: Cube = { ...waves(12, 13, 6), wavelengths: visible };
const other: Cube = { ...waves(12, 13, 6, 0.4), wavelengths: visible };
describe.each(metricNames)('%s', (name) => {
  const { compute: metric, perfect } = metricOf(name);
  const withWavelengths = (cube: Cube): Cube => ({ ...cube, wavelengths: visible });

  it('is perfect for equal cubes, and only then', () => {
    expect(metric(truth, truth)).toBeCloseTo(perfect, 12);
    const value = metric(truth, other);
    expect(Number.isFinite(value)).toBe(true);
    expect(Math.abs(value - perfect)).toBeGreaterThan(1e-3);
  });

  it('is NaN when either cube holds a NaN', () => {
    const broken = mapCube(truth, (v, k) => (k === 500 ? NaN : v));
    expect(metric(truth, broken)).toBeNaN();
    expect(metric(broken, truth)).toBeNaN();
    expect(metric(broken, broken)).toBeNaN();
  });

  it('is NaN when the mask leaves out everything', () => {
    expect(metric(truth, other, { mask: new Uint8Array(12 * 13) })).toBeNaN();
  });

  it('a mask of ones changes nothing, and masked pixels do not matter', () => {
    expect(metric(truth, other, { mask: new Uint8Array(12 * 13).fill(1) })).toBe(metric(truth, other));
    if (name === 'ssim') return; // its windows look at their whole surrounding: own test below
    const mask = new Uint8Array(12 * 13).map((_, p) => (p % 3 === 0 ? 0 : 1));
    const spoiled = mapCube(other, (v, k) => (mask[Math.floor(k / 6)] === 0 ? NaN : v));
    expect(metric(truth, spoiled, { mask })).toBe(metric(truth, other, { mask }));
  });

  it('does not depend on the order of rows and columns', () => {
    const turn = (c: Cube): Cube =>
      withWavelengths(
        makeCube(c.width, c.height, c.bands, (i, j, b) => c.data[(j * c.width + i) * c.bands + b]!),
      );
    expect(metric(turn(truth), turn(other))).toBeCloseTo(metric(truth, other), 10);
  });

  it('float32 and float64 cubes agree', () => {
    const single = (c: Cube): Cube => ({ ...c, data: Float32Array.from(c.data) });
    const value = metric(truth, other);
    expect(Math.abs(metric(single(truth), single(other)) - value) / Math.abs(value)).toBeLessThan(1e-5);
  });

  it('refuses cubes of different shape, empty cubes, wrong lengths and wrong masks by name', () => {
    expect(() => metric(truth, waves(13, 12, 6))).toThrow(
      new RegExp(`^${name}: reconstruction is \\[13, 12, 6\\], but truth is \\[12, 13, 6\\]`),
    );
    const empty: Cube = { data: new Float32Array(0), height: 0, width: 5, bands: 6 };
    expect(() => metric(empty, empty)).toThrow(/truth\.height is 0.*positive integer/);
    const noBands: Cube = { data: new Float32Array(0), height: 5, width: 5, bands: 0 };
    expect(() => metric(noBands, noBands)).toThrow(/truth\.bands is 0/);
    expect(() => metric({ ...truth, width: 12 }, other)).toThrow(/truth\.data has 936 values.*needs 864/);
    expect(() => metric(truth, other, { mask: new Uint8Array(5) })).toThrow(/mask has 5 values.*need 156/);
  });
});

/** Random small cubes with values away from 0. */
const positiveCube = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 7 }))
  .chain(([height, width, bands]) => {
    const values = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), {
      minLength: height * width * bands,
      maxLength: height * width * bands,
    });
    const cube = (v: number[]): Cube => ({ data: Float64Array.from(v), height, width, bands });
    return fc.tuple(values.map(cube), values.map(cube));
  });

describe('properties', () => {
  it('RMSE, SAM and SAM_band are symmetric', () => {
    fc.assert(
      fc.property(positiveCube, ([a, b]) => {
        expect(rmse(a, b)).toBe(rmse(b, a));
        expect(sam(a, b)).toBe(sam(b, a));
        expect(samBand(a, b)).toBe(samBand(b, a));
      }),
    );
  });

  it('SAM does not see a positive factor on any spectrum; SAM_band none on a band', () => {
    const factor = fc.double({ min: 0.1, max: 10, noNaN: true });
    fc.assert(
      fc.property(positiveCube, factor, ([a, b], s) => {
        const scaled = mapCube(b, (v, k) => v * s * (1 + Math.floor(k / b.bands)));
        expect(Math.abs(sam(a, scaled, { unit: 'radians' }) - sam(a, b, { unit: 'radians' }))).toBeLessThan(
          1e-7,
        );
        const bandScaled = mapCube(b, (v, k) => v * s * (1 + (k % b.bands)));
        const [one, two] = [samBand(a, b, { unit: 'radians' }), samBand(a, bandScaled, { unit: 'radians' })];
        if (!Number.isNaN(one) && !Number.isNaN(two)) expect(Math.abs(one - two)).toBeLessThan(1e-7);
      }),
    );
  });

  it('RMSE and PSNR scale as they must', () => {
    fc.assert(
      fc.property(positiveCube, ([a, b]) => {
        fc.pre(rmse(a, b) > 1e-6);
        const double = (c: Cube) => mapCube(c, (v) => 2 * v);
        expect(rmse(double(a), double(b))).toBeCloseTo(2 * rmse(a, b), 12);
        expect(psnr(double(a), double(b), { peak: 2 })).toBeCloseTo(psnr(a, b), 9);
        expect(psnr(a, b)).toBeCloseTo(-20 * Math.log10(rmse(a, b)), 9);
        expect(psnr(double(a), double(b), { peak: 'cube-maximum' })).toBeCloseTo(
          psnr(a, b, { peak: 'cube-maximum' }),
          9,
        );
        expect(psnr(a, b, { peak: 'clamp-255' })).toBeCloseTo(psnr(a, b), 9);
        expect(ergas(double(a), double(b))).toBeCloseTo(ergas(a, b), 9);
        expect(mrae(double(a), double(b))).toBeCloseTo(mrae(a, b), 12);
      }),
    );
  });
});

it('mse is the square of rmse, and refuses in its own name', () => {
  expect(mse(truth, other)).toBeCloseTo(rmse(truth, other) ** 2, 14);
  expect(() => mse(truth, waves(13, 12, 6))).toThrow(/^mse: reconstruction is \[13, 12, 6\]/);
});

describe('mrae', () => {
  const y = makeCube(1, 3, 1, (_, j) => [0.5, 0, 0.25][j]!);
  const x = makeCube(1, 3, 1, (_, j) => [0.4, 0.1, 0.3][j]!);

  it('each convention by hand', () => {
    expect(mrae(y, x)).toBe(Infinity);
    expect(mrae(y, x, { convention: 'skip-zeros' })).toBeCloseTo((0.2 + 0.2) / 2, 12);
    expect(mrae(y, x, { convention: 'add-1e-3' })).toBeCloseTo(
      (0.1 / 0.501 + 0.1 / 0.001 + 0.05 / 0.251) / 3,
      12,
    );
    expect(mrae(y, x, { convention: 'replace-zeros-1e-8' })).toBeCloseTo(
      (0.2 + (0.1 - 1e-8) / 1e-8 + 0.2) / 3,
      6,
    );
    expect(mrae(y, x, { denominator: 'reconstruction' })).toBeCloseTo((0.1 / 0.4 + 1 + 0.05 / 0.3) / 3, 12);
  });

  it('an all-zero truth: NaN where both are 0 or nothing is left, Infinity where there is an error', () => {
    const zero = makeCube(2, 2, 3, () => 0);
    expect(mrae(zero, zero)).toBeNaN();
    expect(mrae(zero, zero, { convention: 'skip-zeros' })).toBeNaN();
    expect(mrae(zero, zero, { convention: 'add-1e-3' })).toBe(0);
    expect(mrae(zero, zero, { convention: 'replace-zeros-1e-8' })).toBe(1);
    expect(
      mrae(
        zero,
        makeCube(2, 2, 3, () => 0.1),
      ),
    ).toBe(Infinity);
  });

  it('an unknown convention is refused', () => {
    expect(() => mrae(y, x, { convention: 'eps' as never })).toThrow(
      `mrae: convention is 'eps', but must be one of ${mraeConventions.join(', ')}.`,
    );
  });
});

describe('psnr', () => {
  it('band-maximum by hand: 0.5 against 0.05 is 20 dB, 0.2 against 0.02 is 20 dB', () => {
    const y = makeCube(1, 2, 2, (_, j, b) => (j === 0 ? [0.5, 0.2][b]! : 0.1));
    const x = makeCube(1, 2, 2, (_, j, b) => (j === 0 ? [0.45, 0.18][b]! : 0.1 + [0.05, -0.02][b]!));
    expect(psnr(y, x, { peak: 'band-maximum' })).toBeCloseTo(20, 10);
    expect(psnr(y, x, { peak: 'cube-maximum' })).toBeCloseTo(10 * Math.log10(0.25 / mse(y, x)), 10);
  });

  it('zero truth: exact is Infinity, an error is -Infinity against its own maximum', () => {
    const zero = makeCube(2, 2, 2, () => 0);
    const bright = makeCube(2, 2, 2, () => 0.1);
    for (const peak of ['band-maximum', 'cube-maximum'] as const) {
      expect(psnr(zero, zero, { peak })).toBe(Infinity);
      expect(psnr(zero, bright, { peak })).toBe(-Infinity);
    }
  });

  it('clamp-255 does not see what lies outside [0, 1]', () => {
    const y = makeCube(2, 2, 1, () => 1);
    expect(
      psnr(
        y,
        makeCube(2, 2, 1, () => 1.5),
        { peak: 'clamp-255' },
      ),
    ).toBe(Infinity);
    expect(
      psnr(
        y,
        makeCube(2, 2, 1, () => 1.5),
      ),
    ).toBeCloseTo(10 * Math.log10(4), 10);
  });

  it.each([0, -1, NaN, Infinity, 'max' as never])('peak %s is refused', (peak) => {
    expect(() => psnr(truth, other, { peak })).toThrow(/psnr: peak is .* positive number, 'cube-maximum'/);
  });
});

describe('sam', () => {
  it('known angles: orthogonal 90, opposite 180, (1, 0) to (1, 1) 45', () => {
    const spectra = (values: number[]) => makeCube(1, 1, 2, (_i, _j, b) => values[b]!);
    expect(sam(spectra([1, 0]), spectra([0, 2]))).toBeCloseTo(90, 12);
    expect(sam(spectra([1, 1]), spectra([-2, -2]))).toBe(180);
    expect(sam(spectra([1, 0]), spectra([3, 3]))).toBeCloseTo(45, 10);
    expect(sam(spectra([1, 0]), spectra([3, 3]), { unit: 'radians' })).toBeCloseTo(Math.PI / 4, 12);
  });

  it('leaves out pixels with a zero spectrum; NaN when none is left', () => {
    const y = makeCube(1, 2, 2, (_, j, b) => (j === 0 ? 0 : [1, 0][b]!));
    const x = makeCube(1, 2, 2, (_, _j, b) => [1, 1][b]!);
    expect(sam(y, x)).toBeCloseTo(45, 10);
    expect(sam(x, y)).toBeCloseTo(45, 10);
    const zero = makeCube(1, 2, 2, () => 0);
    expect(sam(zero, x)).toBeNaN();
  });
});

describe('samBand', () => {
  it('measures along space: bands exchanged in space are far, spectra exchanged are not seen', () => {
    const y = makeCube(
      1,
      2,
      2,
      (_, j, b) =>
        [
          [1, 0.2],
          [0, 0.4],
        ][j]![b]!,
    );
    const x = makeCube(
      1,
      2,
      2,
      (_, j, b) =>
        [
          [0, 0.2],
          [1, 0.4],
        ][j]![b]!,
    );
    expect(samBand(y, x)).toBeCloseTo(45, 10); // band 0 is orthogonal, band 1 equal
  });

  it('a zero band: of the reconstruction gives the angle to a constant, of the truth NaN', () => {
    const y = makeCube(1, 2, 1, (_, j) => [3, 4][j]!);
    const zero = makeCube(1, 2, 1, () => 0);
    expect(samBand(y, zero, { unit: 'radians' })).toBeCloseTo(Math.acos(7 / (5 * Math.SQRT2)), 10);
    expect(samBand(zero, y)).toBeNaN();
  });
});

describe('ssim', () => {
  const windows = ['uniform-7', 'gaussian-11'] as const;

  it('equals the definition computed window by window', () => {
    for (const window of windows) {
      const size = window === 'uniform-7' ? 7 : 11;
      const scale = window === 'uniform-7' ? 49 / 48 : 1;
      const raw = Array.from({ length: size * size }, (_, p) => {
        const [i, j] = [Math.floor(p / size) - (size - 1) / 2, (p % size) - (size - 1) / 2];
        return window === 'uniform-7' ? 1 : Math.exp(-(i * i + j * j) / (2 * 1.5 * 1.5));
      });
      const total = raw.reduce((a, b) => a + b, 0);
      let sum = 0;
      let count = 0;
      for (let b = 0; b < 6; b++) {
        for (let i = 0; i + size <= 12; i++) {
          for (let j = 0; j + size <= 13; j++) {
            const at = (c: Cube, p: number) =>
              c.data[((i + Math.floor(p / size)) * 13 + j + (p % size)) * 6 + b]!;
            const mean = (f: (p: number) => number) => raw.reduce((s, w, p) => s + (w / total) * f(p), 0);
            const [my, mx] = [mean((p) => at(truth, p)), mean((p) => at(other, p))];
            const vy = scale * mean((p) => (at(truth, p) - my) ** 2);
            const vx = scale * mean((p) => (at(other, p) - mx) ** 2);
            const cov = scale * mean((p) => (at(truth, p) - my) * (at(other, p) - mx));
            const [c1, c2] = [0.01 ** 2, 0.03 ** 2];
            sum += ((2 * my * mx + c1) * (2 * cov + c2)) / ((my * my + mx * mx + c1) * (vy + vx + c2));
            count++;
          }
        }
      }
      expect(ssim(truth, other, { window })).toBeCloseTo(sum / count, 12);
    }
  });

  it('constant cubes: equal are 1 under any range, others only differ in luminance', () => {
    const grey = (v: number) => makeCube(11, 11, 2, () => v);
    for (const window of windows) {
      expect(ssim(grey(0), grey(0), { window, dataRange: 'cube-range' })).toBe(1);
      expect(ssim(grey(0.3), grey(0.3), { window, dataRange: 'cube-range' })).toBe(1);
      // Range 0: C1 = C2 = 0; luminance 2 a b / (a^2 + b^2) = 0.8 for 0.2 and 0.4.
      expect(ssim(grey(0.2), grey(0.4), { window, dataRange: 'cube-range' })).toBeCloseTo(0.8, 12);
      expect(ssim(grey(0.2), grey(0.4), { window })).toBeCloseTo((0.16 + 1e-4) / (0.2 + 1e-4), 12);
    }
  });

  it('is symmetric for a fixed range and at most 1', () => {
    expect(ssim(truth, other)).toBeCloseTo(ssim(other, truth), 14);
    expect(ssim(truth, other)).toBeLessThan(1);
  });

  it('counts windows by their centre', () => {
    // 7 x 8 pixels have two windows, with centres (3, 3) and (3, 4).
    const [y, x] = [waves(7, 8, 1), waves(7, 8, 1, 0.5)];
    const part = (c: Cube, first: number) => makeCube(7, 7, 1, (i, j) => c.data[i * 8 + j + first]!);
    const only = (centre: number) => new Uint8Array(56).map((_, p) => (p === 3 * 8 + centre ? 1 : 0));
    for (const first of [0, 1]) {
      expect(ssim(y, x, { window: 'uniform-7', mask: only(3 + first) })).toBeCloseTo(
        ssim(part(y, first), part(x, first), { window: 'uniform-7' }),
        12,
      );
    }
  });

  it('says the window that does not fit, and refuses bad options', () => {
    const small = waves(10, 20, 1);
    expect(() => ssim(small, small)).toThrow(/10 x 20.*'gaussian-11' needs at least 11 x 11/);
    expect(() => ssim(truth, other, { window: 'box' as never })).toThrow(/'uniform-7' or 'gaussian-11'/);
    expect(() => ssim(truth, other, { dataRange: 0 })).toThrow(/dataRange is 0/);
  });
});

describe('ergas', () => {
  it('by hand, with and without a scale', () => {
    const y = makeCube(1, 2, 2, (_i, _j, b) => [0.5, 0.2][b]!);
    const x = makeCube(1, 2, 2, (_i, _j, b) => [0.45, 0.22][b]!);
    // RMSE / mean is 0.1 in both bands.
    expect(ergas(y, x)).toBeCloseTo(10, 10);
    expect(ergas(y, x, { scale: 4 })).toBeCloseTo(2.5, 10);
  });

  it('a zero band counts 0 where it is exact and Infinity where not', () => {
    const y = makeCube(1, 2, 2, (_i, _j, b) => [0.5, 0][b]!);
    expect(ergas(y, y)).toBe(0);
    expect(
      ergas(
        y,
        mapCube(y, (v) => v + 0.1),
      ),
    ).toBe(Infinity);
    expect(() => ergas(y, y, { scale: 0 })).toThrow(/scale is 0/);
  });
});

it('bandStatistics: largest and mean truth and mean squared error of each band; NaN where nothing is counted', () => {
  const y = makeCube(1, 3, 2, (_, j, b) => 4 * b - j);
  const x = mapCube(y, (v, k) => v + k);
  const mask = Uint8Array.of(0, 1, 1);
  // Bands -1 -2 and 3 2, with errors 2 4 and 3 5.
  expect(bandStatistics(y, x, mask)).toEqual({
    count: 2,
    maximum: Float64Array.of(-1, 3),
    mean: Float64Array.of(-1.5, 2.5),
    mse: Float64Array.of(10, 17),
  });
  const none = Float64Array.of(NaN, NaN);
  expect(bandStatistics(y, x, new Uint8Array(3))).toEqual({ count: 0, maximum: none, mean: none, mse: none });
});

describe('masks, crops, batches', () => {
  it('darkPixelMask compares the mean of the spectrum; NaN is kept', () => {
    const y = makeCube(
      1,
      3,
      2,
      (_, j, b) =>
        [
          [0.02, 0.06],
          [0.05, 0.05],
          [NaN, 0],
        ][j]![b]!,
    );
    expect([...darkPixelMask(y, 0.05)]).toEqual([0, 1, 1]);
    expect(() => darkPixelMask(y, NaN)).toThrow(/threshold is NaN/);
  });

  it('cropCube takes the centre', () => {
    const y = makeCube(4, 5, 2, (i, j, b) => 100 * i + 10 * j + b);
    expect([...cropCube(y, 1).data]).toEqual([110, 111, 120, 121, 130, 131, 210, 211, 220, 221, 230, 231]);
    expect(cropCube(y, 0)).toBe(y);
    expect(cropCube(y, 1).data).toBeInstanceOf(Float64Array);
    expect(cropCube({ ...y, data: Float32Array.from(y.data) }, 1).data).toBeInstanceOf(Float32Array);
    expect(() => cropCube({ ...y, width: 6 }, 0)).toThrow('cropCube: cube.data has 40 values');
    expect([
      ...cropCube(
        makeCube(4, 3, 1, (i, j) => 10 * i + j),
        1,
      ).data,
    ]).toEqual([11, 21]);
    expect([
      ...cropCube(
        makeCube(3, 4, 1, (i, j) => 10 * i + j),
        1,
      ).data,
    ]).toEqual([11, 12]);
    expect(() => cropCube(y, 2)).toThrow(/leaves nothing of a 4 x 5 image; it needs more than 4 x 4/);
    expect(() => cropCube(y, 0.5)).toThrow(/border is 0.5/);
  });

  it('clipCube limits every value, and leaves NaN and its argument alone', () => {
    const cube: Cube = { data: Float64Array.of(-1, 0.25, NaN, 2), height: 1, width: 2, bands: 2 };
    expect([...clipCube(cube, [0, 0.5]).data]).toEqual([0, 0.25, NaN, 0.5]);
    expect([...cube.data]).toEqual([-1, 0.25, NaN, 2]);
  });

  it('batchToCubes gives views', () => {
    const data = Float32Array.from({ length: 24 }, (_, i) => i);
    const cubes = batchToCubes(data, [2, 2, 3, 2]);
    expect(cubes.map((c) => c.data[0])).toEqual([0, 12]);
    expect(cubes[1]!.data.buffer).toBe(data.buffer);
    expect(() => batchToCubes(data, [2, 2, 3, 3])).toThrow(/24 values.*needs 36/);
  });
});
