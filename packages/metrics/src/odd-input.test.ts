import { describe, expect, it } from 'vitest';
import {
  adjacentBandDissimilarity,
  darkPixelMask,
  MetricArgumentError,
  metricNames,
  metricOf,
  type Cube,
} from './index.js';
import { makeCube, mapCube, waves } from './test-cubes.js';

const wavelengths = (bands: number) => Array.from({ length: bands }, (_, b) => 420 + 50 * b);
const visible = (cube: Cube): Cube => ({ ...cube, wavelengths: wavelengths(cube.bands) });

/** Every metric in every variant, and what takes one cube, as functions of two. */
const scores: Readonly<Record<string, (truth: Cube, reconstruction: Cube) => number>> = {
  ...Object.fromEntries(
    metricNames.flatMap((name) =>
      metricOf(name).variants.map((options) => [
        [name, ...Object.values(options)].join(' '),
        (truth: Cube, reconstruction: Cube) => metricOf(name).compute(truth, reconstruction, options),
      ]),
    ),
  ),
  adjacentBandDissimilarity: (_, reconstruction) => adjacentBandDissimilarity(reconstruction),
};
/** Sizes of which some metrics have none (a window of SSIM, a neighbouring band): those are an error or NaN. */
const sizes = {
  'one pixel': [1, 1, 6],
  'one row': [1, 12, 6],
  'one band': [12, 12, 1],
  '1 x 10000': [1, 10_000, 6],
} as const;
const fillings = {
  zeros: 0,
  ones: 1,
  negative: -0.5,
  denormal: 1e-310,
  huge: 1e30,
  infinite: Infinity,
} as const;

/** A number, NaN, or an error of ours that names what was wrong: anything else is thrown on. */
function outcome(score: () => number): number | 'refused' {
  try {
    return score();
  } catch (error) {
    expect(error).toBeInstanceOf(MetricArgumentError);
    expect((error as Error).message).toMatch(/^\w+: /);
    return 'refused';
  }
}

describe.each(Object.keys(scores))('%s', (name) => {
  const score = scores[name]!;
  it.each(Object.entries(sizes))(
    '%s: a number, NaN or an error that says what was wanted',
    (_, [height, width, bands]) => {
      const [truth, other] = [waves(height, width, bands), waves(height, width, bands, 0.4)].map(visible) as [
        Cube,
        Cube,
      ];
      const value = outcome(() => score(truth, other));
      const broken = outcome(() =>
        score(
          truth,
          mapCube(other, (v, k) => (k === 0 ? NaN : v)),
        ),
      );
      if (typeof value === 'number' && !Number.isNaN(value)) expect(broken).toBeNaN();
    },
  );

  it.each(Object.entries(fillings))(
    '%s: no crash, and never a finite score of what is not finite',
    (label, value) => {
      const grey = visible(makeCube(12, 13, 6, () => value));
      const good = visible(waves(12, 13, 6));
      for (const [truth, other] of [
        [grey, grey],
        [good, grey],
        [grey, good],
      ] as const) {
        const result = outcome(() => score(truth, other));
        // What clamps has a number for an infinite one, as the script that it follows.
        const seen = name === 'adjacentBandDissimilarity' ? other === grey : true;
        if (label === 'infinite' && seen && name !== 'psnr clamp-255')
          expect(result === 'refused' || !Number.isFinite(result), name).toBe(true);
      }
    },
  );

  it('an empty cube is an error', () => {
    const empty = { data: new Float32Array(0), height: 0, width: 0, bands: 6 };
    expect(outcome(() => score(empty, empty))).toBe('refused');
  });
});

it('darkPixelMask keeps a pixel of NaN, so that it shows in the score', () => {
  const cube = mapCube(waves(4, 4, 6), (v, k) => (k < 6 ? NaN : v));
  expect(darkPixelMask(cube, 1e9)).toEqual(new Uint8Array(16).fill(1, 0, 1));
});
