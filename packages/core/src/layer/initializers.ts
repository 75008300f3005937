import type { Random } from '../random/random.js';

/** Initial values of one weight of that shape, row-major, from a stream of random numbers. */
export type Initializer = (shape: readonly number[], random: Random) => Float32Array;

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Values per output unit: product of all dimensions but the first (PyTorch's fan-in, transposed convolutions too). */
export function fanIn(shape: readonly number[]): number {
  return sizeOf(shape.slice(1));
}

const fill = (shape: readonly number[], value: (i: number) => number): Float32Array => {
  const out = new Float32Array(sizeOf(shape));
  for (let i = 0; i < out.length; i++) out[i] = value(i);
  return out;
};

export const constant =
  (value: number): Initializer =>
  (shape) =>
    fill(shape, () => value);

/** Uniform in [0, limit). */
export const uniformBelow =
  (limit: number): Initializer =>
  (shape, random) =>
    fill(shape, () => limit * random.uniform());

/** Uniform in [-bound, bound). */
export const uniform =
  (bound: number): Initializer =>
  (shape, random) =>
    fill(shape, () => bound * (2 * random.uniform() - 1));

/**
 * PyTorch's default for convolutions and Linear: Kaiming uniform with a = sqrt 5, which is uniform in
 * +-1/sqrt(fan-in).
 */
export const kaimingUniform: Initializer = (shape, random) =>
  uniform(1 / Math.sqrt(fanIn(shape)))(shape, random);

/** Stacked Linear weights [groups, out, in]: uniform in +-1/sqrt(in), the last dimension. */
export const stackedLinear: Initializer = (shape, random) =>
  uniform(1 / Math.sqrt(shape[shape.length - 1]!))(shape, random);

/** Kaiming normal (He et al. 2015), fan-in, gain sqrt(2/(1 + slope^2)). */
export const kaimingNormal =
  (slope = 0): Initializer =>
  (shape, random) => {
    const std = Math.sqrt(2 / (1 + slope * slope) / fanIn(shape));
    return fill(shape, () => std * random.normal());
  };

/** Normal(0, std), redrawn outside [-2, 2] (absolute bounds, as `trunc_normal_` of PyTorch and timm). */
export const truncatedNormal =
  (std: number): Initializer =>
  (shape, random) => {
    return fill(shape, () => {
      let value = std * random.normal();
      while (Math.abs(value) > 2) value = std * random.normal();
      return value;
    });
  };

/** ln(1..N) along the last axis: Mamba's A_log (S4D-real). */
export const logArange: Initializer = (shape) => {
  const n = shape[shape.length - 1]!;
  return fill(shape, (i) => Math.log((i % n) + 1));
};

/**
 * Mamba's step-size bias: softplus^-1(dt) = dt + ln(1 - e^-dt) with dt = exp(U (ln max - ln min) + ln min),
 * not below `floor` (Gu and Dao 2023, section 3.6).
 */
export const stepSizeBias =
  (minimum = 1e-3, maximum = 0.1, floor = 1e-4): Initializer =>
  (shape, random) =>
    fill(shape, () => {
      const dt = Math.max(
        floor,
        Math.exp(random.uniform() * (Math.log(maximum) - Math.log(minimum)) + Math.log(minimum)),
      );
      return dt + Math.log(-Math.expm1(-dt));
    });
