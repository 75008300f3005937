import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { d65, xBar, yBar, zBar } from './colour/cie-1931.js';
import { colourWeights, renderLab } from './colour/render-lab.js';
import { deltaE, deltaE2000, type Lab } from './index.js';
import { makeCube, mapCube, waves } from './test-cubes.js';

/** Sharma, Wu, Dalal, Color Research & Application 30(1), 2005, Table I: both colours and their difference. */
const sharma: readonly (readonly [...Lab, ...Lab, number])[] = [
  [50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425],
  [50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615],
  [50, 2.8361, -74.02, 50, 0, -82.7485, 3.4412],
  [50, -1.3802, -84.2814, 50, 0, -82.7485, 1],
  [50, -1.1848, -84.8006, 50, 0, -82.7485, 1],
  [50, -0.9009, -85.5211, 50, 0, -82.7485, 1],
  [50, 0, 0, 50, -1, 2, 2.3669],
  [50, -1, 2, 50, 0, 0, 2.3669],
  [50, 2.49, -0.001, 50, -2.49, 0.0009, 7.1792],
  [50, 2.49, -0.001, 50, -2.49, 0.001, 7.1792],
  [50, 2.49, -0.001, 50, -2.49, 0.0011, 7.2195],
  [50, 2.49, -0.001, 50, -2.49, 0.0012, 7.2195],
  [50, -0.001, 2.49, 50, 0.0009, -2.49, 4.8045],
  [50, -0.001, 2.49, 50, 0.001, -2.49, 4.8045],
  [50, -0.001, 2.49, 50, 0.0011, -2.49, 4.7461],
  [50, 2.5, 0, 50, 0, -2.5, 4.3065],
  [50, 2.5, 0, 73, 25, -18, 27.1492],
  [50, 2.5, 0, 61, -5, 29, 22.8977],
  [50, 2.5, 0, 56, -27, -3, 31.903],
  [50, 2.5, 0, 58, 24, 15, 19.4535],
  [50, 2.5, 0, 50, 3.1736, 0.5854, 1],
  [50, 2.5, 0, 50, 3.2972, 0, 1],
  [50, 2.5, 0, 50, 1.8634, 0.5757, 1],
  [50, 2.5, 0, 50, 3.2592, 0.335, 1],
  [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
  [63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.263],
  [61.2901, 3.7196, -5.3901, 61.4292, 2.248, -4.962, 1.8731],
  [35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645],
  [22.7233, 20.0904, -46.694, 23.0331, 14.973, -42.5619, 2.0373],
  [36.4612, 47.858, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146],
  [90.8027, -2.0831, 1.441, 91.1528, -1.6435, 0.0447, 1.4441],
  [90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381],
  [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
  [2.0776, 0.0795, -1.135, 0.9033, -0.0636, -0.5514, 0.9082],
];

const visible = Array.from({ length: 31 }, (_, i) => 400 + 10 * i);

describe('deltaE2000', () => {
  it.each(sharma)('Sharma pair (%f, %f, %f) (%f, %f, %f) = %f', (L1, a1, b1, L2, a2, b2, wanted) => {
    expect(Math.abs(deltaE2000([L1, a1, b1], [L2, a2, b2]) - wanted)).toBeLessThan(0.5e-4 + 1e-9);
  });

  it('is symmetric, 0 only for equal colours', () => {
    const lab = fc.tuple(
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.integer({ min: -90, max: 90 }),
      fc.integer({ min: -90, max: 90 }),
    );
    fc.assert(
      fc.property(lab, lab, (one, two) => {
        expect(deltaE2000(one, one)).toBe(0);
        expect(deltaE2000(one, two)).toBeCloseTo(deltaE2000(two, one), 9);
      }),
    );
  });

  it('is symmetric where the short way between two hues changes sides, in the blue, where the rotation counts', () => {
    const colour = (hue: number, chroma: number): Lab => {
      const angle = (hue * Math.PI) / 180;
      return [50, chroma * Math.cos(angle), chroma * Math.sin(angle)];
    };
    for (const apart of [179, 179.4, 180.6, 181.4]) {
      const [one, two] = [colour(275 - apart / 2, 40), colour(275 + apart / 2, 70)];
      expect(deltaE2000(one, two)).toBeCloseTo(deltaE2000(two, one), 9);
    }
  });

  it('a grey has no hue: only lightness and chroma differ', () => {
    const colour: Lab = [60, -30, -40];
    // (22) with dH = 0 and the means L 55 and C 25 (a' of the colour is stretched by G of the mean chroma 25).
    const G = 0.5 * (1 - Math.sqrt(0.5));
    const C = Math.hypot(30 * (1 + G), 40);
    const SL = 1 + (0.015 * 25) / Math.sqrt(45);
    const wanted = Math.hypot(10 / SL, C / (1 + 0.045 * (C / 2)));
    for (const grey of [0, -0]) {
      expect(deltaE2000([50, grey, grey], colour)).toBeCloseTo(wanted, 10);
      expect(deltaE2000(colour, [50, grey, grey])).toBeCloseTo(wanted, 10);
    }
  });

  it('kL halves a pure lightness difference', () => {
    expect(deltaE2000([40, 0, 0], [60, 0, 0], { kL: 2 })).toBeCloseTo(
      deltaE2000([40, 0, 0], [60, 0, 0]) / 2,
      12,
    );
  });
});

describe('rendering', () => {
  it('white is L 100, mid grey 0.184187 is L 50, both without hue', () => {
    const weights = colourWeights(visible);
    const white = renderLab(new Float64Array(31).fill(1), 0, weights);
    const grey = renderLab(new Float64Array(31).fill(0.18418651851), 0, weights);
    [100, 0, 0].forEach((v, i) => expect(white[i]).toBeCloseTo(v, 9));
    [50, 0, 0].forEach((v, i) => expect(grey[i]).toBeCloseTo(v, 6));
  });

  it('weights: the tables between two of their entries, also at their end, times the width that a band stands for', () => {
    const at = (bar: readonly number[], i: number, t = 0) => bar[i]! * (1 - t) + bar[i + 1]! * t;
    const wanted = (bar: readonly number[]) => {
      // 405 nm is half-way, 603 nm three tenths between two entries.
      const raw = [
        at(bar, 2, 0.5) * at(d65, 2, 0.5) * (198 / 2),
        at(bar, 22, 0.3) * at(d65, 22, 0.3) * (375 / 2),
        bar[40]! * d65[40]! * (177 / 2),
      ];
      return raw.map((w) => w / (raw[0]! + raw[1]! + raw[2]!));
    };
    const weights = colourWeights([405, 603, 780]);
    for (const [channel, bar] of [
      [weights.x, xBar],
      [weights.y, yBar],
      [weights.z, zBar],
    ] as const) {
      wanted(bar).forEach((w, b) => expect(channel[b]! / (w || 1)).toBeCloseTo(w === 0 ? 0 : 1, 12));
    }
    expect([...colourWeights([380, 560, 781]).y].map((w) => w > 0)).toEqual([true, true, false]);
    expect([...colourWeights([379, 560]).y]).toEqual([0, 1]);
    expect([...colourWeights([550]).y]).toEqual([1]);
  });

  it('L*a*b* by hand, on both sides of where the root becomes a line', () => {
    // One band for each of X, Y, Z.
    const channels = {
      x: Float64Array.of(1, 0, 0),
      y: Float64Array.of(0, 1, 0),
      z: Float64Array.of(0, 0, 1),
    };
    const lab = (X: number, Y: number, Z: number) => renderLab(Float64Array.of(9, X, Y, Z), 1, channels);
    const expectLab = (got: readonly number[], wanted: readonly number[]) =>
      wanted.forEach((v, i) => expect(got[i]).toBeCloseTo(v, 9));
    expectLab(lab(0.125, 0.343, 0.027), [65.2, -100, 80]);
    const kappa = 24389 / 27;
    expectLab(lab(0, 0.001, 0.002), [
      kappa * 0.001,
      (500 * -kappa * 0.001) / 116,
      (-200 * kappa * 0.001) / 116,
    ]);
    const above = 216.5 / 24389;
    expectLab(lab(above, above, above), [116 * Math.cbrt(above) - 16, 0, 0]);
  });

  it('a red surface is red, a blue one blue', () => {
    const weights = colourWeights(visible);
    const red = renderLab(
      Float64Array.from(visible, (l) => (l > 600 ? 0.8 : 0.05)),
      0,
      weights,
    );
    const blue = renderLab(
      Float64Array.from(visible, (l) => (l < 480 ? 0.8 : 0.05)),
      0,
      weights,
    );
    expect(red[1]).toBeGreaterThan(40);
    expect(red[2]).toBeGreaterThan(20);
    expect(blue[2]).toBeLessThan(-40);
  });
});

describe('deltaE', () => {
  const truth = { ...waves(4, 5, 31), wavelengths: visible };

  it('is 0 for equal cubes and for an error that the eye cannot see', () => {
    expect(deltaE(truth, truth)).toBe(0);
    const blackBand = makeCube(4, 5, 31, () => 0);
    const infrared = { ...truth, wavelengths: visible.map((l) => l + 500), bands: 31 };
    expect(() => deltaE(infrared, blackBand)).toThrow(/no band lies in the visible range/);
    // Error in invisible bands only.
    const half = { ...truth, wavelengths: visible.map((l) => 400 + (l - 400) * 3) };
    const changed = mapCube(half, (v, k) => (k % 31 > 15 ? v + 0.3 : v));
    expect(deltaE(half, changed)).toBe(0);
    expect(
      deltaE(
        truth,
        mapCube(truth, (v, k) => (k % 31 > 15 ? v + 0.3 : v)),
      ),
    ).toBeGreaterThan(5);
  });

  it('is the mean over the counted pixels', () => {
    const changed = mapCube(truth, (v, k) => (k < 31 ? v * 0.5 : v));
    const one = deltaE2000(
      renderLab(truth.data, 0, colourWeights(visible)),
      renderLab(changed.data, 0, colourWeights(visible)),
    );
    expect(deltaE(truth, changed)).toBeCloseTo(one / 20, 12);
    const mask = new Uint8Array(20).fill(1, 0, 2);
    expect(deltaE(truth, changed, { mask })).toBeCloseTo(one / 2, 12);
  });

  it('needs wavelengths that are increasing and one a band', () => {
    expect(() => deltaE(waves(2, 2, 31), waves(2, 2, 31))).toThrow(/no wavelengths for 31 bands/);
    expect(() => deltaE(truth, truth, { wavelengths: [400, 500] })).toThrow(/2 wavelengths for 31 bands/);
    expect(() => deltaE(truth, truth, { wavelengths: [...visible].reverse() })).toThrow(
      /strictly increasing.*entry 1 is 690 after 700/,
    );
  });
});
