import { SPECTRAL_GRADIENT_EPSILON } from './gradient-statistics.operator.js';

/** A difference x[to] - x[from]. */
interface Difference {
  readonly from: number;
  readonly to: number;
}

interface Gradients {
  /** t: for each pixel the 2C spatial differences, gx first. */
  readonly spatial: readonly (readonly Difference[])[];
  /** g: for each sample and band the differences of all pixels. */
  readonly spectral: readonly (readonly Difference[])[];
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Index of the difference that stands at i: the far edge is reflected. */
const reflected = (i: number, size: number): number => (i < size - 1 ? i : size - 3);

function differences([B, H, W, C]: readonly number[]): Gradients {
  const at = (b: number, i: number, j: number, c: number) => ((b * H! + i) * W! + j) * C! + c;
  const pixels = range(B! * H! * W!).map((p): [number, number, number] => [
    Math.floor(p / (H! * W!)),
    Math.floor(p / W!) % H!,
    p % W!,
  ]);
  return {
    spatial: pixels.map(([b, i, j]) => {
      const [left, up] = [reflected(j, W!), reflected(i, H!)];
      return [
        ...range(C!).map((c) => ({ from: at(b, i, left, c), to: at(b, i, left + 1, c) })),
        ...range(C!).map((c) => ({ from: at(b, up, j, c), to: at(b, up + 1, j, c) })),
      ];
    }),
    spectral: range(B! * (C! - 1)).map((k) => {
      const [b, c] = [Math.floor(k / (C! - 1)), k % (C! - 1)];
      return pixels
        .filter(([sample]) => sample === b)
        .map(([, i, j]) => ({ from: at(b, i, j, c), to: at(b, i, j, c + 1) }));
    }),
  };
}

/** Mean and maximum of each group of differences, normalised over all groups; and what a gradient does with them. */
function groupStatistics(x: Float64Array, groups: Gradients['spatial'], epsilon: number) {
  const value = ({ from, to }: Difference) => x[to]! - x[from]!;
  const all = groups.flat();
  const low = all.reduce((least, d) => Math.min(least, value(d)), Infinity);
  const high = all.reduce((most, d) => Math.max(most, value(d)), -Infinity);
  // differences that are all the same: 0, and no gradient
  const scale = high - low + epsilon || Infinity;
  const normalised = (v: number) => (v - low) / scale;
  const mean = groups.map((g) => normalised(g.reduce((sum, d) => sum + value(d), 0) / g.length));
  const maximum = groups.map((g) => normalised(Math.max(...g.map(value))));

  /** Adds the gradient of x for given gradients of the means and maxima. */
  function addGradient(dMean: readonly number[], dMaximum: readonly number[], dx: Float64Array): void {
    const pass = (d: Difference, amount: number) => {
      dx[d.to]! += amount;
      dx[d.from]! -= amount;
    };
    const share = (extreme: number, amount: number) => {
      const ties = all.filter((d) => value(d) === extreme);
      for (const d of ties) pass(d, amount / ties.length);
    };
    let dLow = 0;
    let dHigh = 0;
    groups.forEach((group, k) => {
      for (const d of group) pass(d, dMean[k]! / group.length / scale);
      const top = Math.max(...group.map(value));
      pass(
        group.find((d) => value(d) === top)!,
        dMaximum[k]! / scale,
      );
      // n = (v - low) / (high - low + epsilon): dn/dlow = (n - 1) / scale, dn/dhigh = -n / scale
      dLow += (dMean[k]! * (mean[k]! - 1) + dMaximum[k]! * (maximum[k]! - 1)) / scale;
      dHigh -= (dMean[k]! * mean[k]! + dMaximum[k]! * maximum[k]!) / scale;
    });
    share(low, dLow);
    share(high, dHigh);
  }
  return { mean, maximum, addGradient };
}

/** Group of each element of `pooled` [B][2][C]; the last channel is a copy of the one before it. */
const bandOf = (i: number, C: number): { group: number; isMaximum: boolean } => {
  const [b, row, c] = [Math.floor(i / (2 * C)), Math.floor(i / C) % 2, i % C];
  return { group: b * (C - 1) + Math.min(c, C - 2), isMaximum: row === 1 };
};

/** The definition of `gradientStatistics` in float64: maps [B][H][W][2] and pooled [B][2][C]. */
export function gradientStatisticsReference(
  x: Float64Array,
  shape: readonly number[],
): [maps: Float64Array, pooled: Float64Array] {
  const { spatial, spectral } = differences(shape);
  const [B, , , C] = shape as [number, number, number, number];
  const t = groupStatistics(x, spatial, 0);
  const g = groupStatistics(x, spectral, SPECTRAL_GRADIENT_EPSILON);
  return [
    Float64Array.from(spatial.flatMap((_, p) => [t.mean[p]!, t.maximum[p]!])),
    Float64Array.from({ length: 2 * B * C }, (_, i) => {
      const { group, isMaximum } = bandOf(i, C);
      return (isMaximum ? g.maximum : g.mean)[group]!;
    }),
  ];
}

export function gradientStatisticsReferenceGradient(
  x: Float64Array,
  shape: readonly number[],
  [dMaps, dPooled]: readonly [Float64Array, Float64Array],
): Float64Array {
  const { spatial, spectral } = differences(shape);
  const dx = new Float64Array(x.length);
  const even = spatial.map((_, p) => dMaps[2 * p]!);
  const odd = spatial.map((_, p) => dMaps[2 * p + 1]!);
  groupStatistics(x, spatial, 0).addGradient(even, odd, dx);
  const dMean = spectral.map(() => 0);
  const dMaximum = spectral.map(() => 0);
  dPooled.forEach((d, i) => {
    const { group, isMaximum } = bandOf(i, shape[3]!);
    (isMaximum ? dMaximum : dMean)[group]! += d;
  });
  groupStatistics(x, spectral, SPECTRAL_GRADIENT_EPSILON).addGradient(dMean, dMaximum, dx);
  return dx;
}
