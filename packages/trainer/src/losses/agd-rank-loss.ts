import * as tf from '@tensorflow/tfjs-core';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { defineLoss } from './define-loss.js';
import { hostLoss } from './host-loss.js';
import type { Loss } from './loss.js';

export interface AgdRankLossOptions {
  /** Side of the square windows, a multiple of `stride`; 48 unless stated. */
  readonly window?: number;
  /** Step between windows; 16 unless stated. */
  readonly stride?: number;
  /** `released` (default): what the authors' code computes. `intended`: what it evidently was to compute. */
  readonly form?: 'released' | 'intended';
}

/** Singular values at or below this count as noise; those at or above 1 are strong. */
const NOISE = 1e-3;
const STRONG = 1;
/** The factor of the authors' hand-written gradient. */
const GRADIENT_DIVISOR = 9;
/** Added to the larger singular value, below the relative difference. */
const EPSILON = 1e-6;

/**
 * What a pair of singular values adds to the value, and to the gradient as a factor of u u' X. With
 * r = |s_x - s_y| / (max(s_x, s_y) + eps), r' = dr/ds_x and ds_x/dX = u u' X / s_x, the factor is r' / s_x.
 */
function termOf(form: 'released' | 'intended', x: number, y: number): { value: number; factor: number } {
  if (Number.isNaN(x) || Number.isNaN(y)) return { value: NaN, factor: NaN };
  // m_k = 1 where s_x,k > 1e-3, s_y,k > 1e-3 and s_x,k < 1
  if (!(x > NOISE && y > NOISE && x < STRONG)) return { value: 0, factor: 0 };
  if (form === 'released') return { value: 1, factor: 1 };
  const largest = Math.max(x, y) + EPSILON;
  // x >= y: r = (x - y)/(x + eps), r' = (y + eps)/(x + eps)^2;  x < y: r = (y - x)/(y + eps), r' = -1/(y + eps)
  const slope = x === y ? 0 : x > y ? (y + EPSILON) / (largest * largest) : -1 / largest;
  return { value: Math.abs(x - y) / largest, factor: slope / x };
}

/** The blocks of stride x stride pixels that windows are made of. */
interface Grid {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly stride: number;
  /** Blocks along a side of a window. */
  readonly reach: number;
  /** Windows along height and width. */
  readonly rows: number;
  readonly columns: number;
}

function makeGrid(shape: readonly [number, number, number, number], window: number, stride: number): Grid {
  const [batch, height, width, channels] = shape;
  if (!Number.isInteger(stride) || stride < 1 || window % stride !== 0 || window < stride) {
    throw new Error(
      `agdRankLoss: window: got ${window} with stride ${stride}, wanted a positive multiple of the stride`,
    );
  }
  if (height < window || width < window) {
    throw new Error(
      `agdRankLoss: prediction: got ${height} x ${width} pixels, wanted at least ${window} x ${window} (one window)`,
    );
  }
  const count = (size: number) => Math.floor((size - window) / stride) + 1;
  const reach = window / stride;
  return { batch, height, width, channels, stride, reach, rows: count(height), columns: count(width) };
}

/** Calls `visit` with the first element of every pixel of block (n, i, j). */
function forEachPixel(grid: Grid, n: number, i: number, j: number, visit: (at: number) => void): void {
  const { height, width, channels, stride } = grid;
  for (let h = i * stride; h < (i + 1) * stride; h++) {
    for (let w = j * stride; w < (j + 1) * stride; w++) visit(((n * height + h) * width + w) * channels);
  }
}

/** X X' of one block, added to `sum`: [C, C], upper half. */
function addGram(
  x: Float32Array,
  grid: Grid,
  block: readonly [number, number, number],
  sum: Float64Array,
): void {
  const { channels } = grid;
  forEachPixel(grid, ...block, (at) => {
    for (let a = 0; a < channels; a++) {
      const value = x[at + a]!;
      for (let b = a; b < channels; b++) sum[a * channels + b]! += value * x[at + b]!;
    }
  });
}

/** The Gram matrices of all blocks that a window meets, keyed by their position. */
function blockGrams(x: Float32Array, grid: Grid): (n: number, i: number, j: number) => Float64Array {
  const grams = new Map<string, Float64Array>();
  return (n, i, j) => {
    const key = `${n}/${i}/${j}`;
    let gram = grams.get(key);
    if (gram === undefined) {
      gram = new Float64Array(grid.channels ** 2);
      addGram(x, grid, [n, i, j], gram);
      grams.set(key, gram);
    }
    return gram;
  };
}

interface Spectrum {
  /** Singular values, largest first. */
  readonly values: number[];
  /** Eigenvectors of X X' in the same order, as columns. */
  readonly vectors: number[][];
}

function spectrumOf(gram: Float64Array, channels: number): Spectrum {
  if (!gram.every(Number.isFinite)) {
    // Any number may come out of the decomposition.
    const none = new Array<number>(channels).fill(NaN);
    return { values: none, vectors: none.map(() => none) };
  }
  const matrix = Matrix.zeros(channels, channels);
  for (let a = 0; a < channels; a++) {
    for (let b = a; b < channels; b++) {
      matrix.set(a, b, gram[a * channels + b]!);
      matrix.set(b, a, gram[a * channels + b]!);
    }
  }
  const decomposition = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const eigenvalues = decomposition.realEigenvalues;
  const order = eigenvalues.map((_, k) => k).sort((p, q) => eigenvalues[q]! - eigenvalues[p]!);
  const { eigenvectorMatrix } = decomposition;
  return {
    // Rounding can leave an eigenvalue of a positive matrix below zero.
    values: order.map((k) => Math.sqrt(Math.max(0, eigenvalues[k]!))),
    vectors: order.map((k) => eigenvectorMatrix.getColumn(k)),
  };
}

/** Value of the loss and its gradient before the upstream factor, for NHWC maps. */
export function agdRankLossAndGradient(
  x: Float32Array,
  y: Float32Array,
  shape: readonly [number, number, number, number],
  { window = 48, stride = 16, form = 'released' }: AgdRankLossOptions = {},
): { readonly value: number; readonly gradient: Float32Array; readonly singularValues: readonly number[][] } {
  const grid = makeGrid(shape, window, stride);
  const { batch, channels, reach, rows, columns } = grid;
  const [gramsX, gramsY] = [blockGrams(x, grid), blockGrams(y, grid)];
  const blocks = [rows + reach - 1, columns + reach - 1] as const;
  const gradient = new Float32Array(x.length);
  const singularValues: number[][] = [];
  const scale = 1 / (channels * window * window);
  const windows = batch * rows * columns;
  // The authors divide the value by the number of windows, their gradient by 9 instead.
  const gradientScale = scale / (form === 'released' ? GRADIENT_DIVISOR : windows);
  let sum = 0;
  for (let n = 0; n < batch; n++) {
    // Sum over the windows of a block of U diag(factors) U', [C, C].
    const projections = Array.from({ length: blocks[0] * blocks[1] }, () => new Float64Array(channels ** 2));
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const windowGram = (grams: typeof gramsX): Float64Array => {
          const total = new Float64Array(channels ** 2);
          for (let i = 0; i < reach; i++) {
            for (let j = 0; j < reach; j++) {
              grams(n, row + i, column + j).forEach((value, k) => (total[k]! += value));
            }
          }
          return total;
        };
        const [ofX, ofY] = [
          spectrumOf(windowGram(gramsX), channels),
          spectrumOf(windowGram(gramsY), channels),
        ];
        singularValues.push(ofX.values);
        const projection = new Float64Array(channels ** 2);
        ofX.values.forEach((s, k) => {
          const { value, factor } = termOf(form, s, ofY.values[k]!);
          sum += value;
          if (factor === 0) return;
          const u = ofX.vectors[k]!;
          for (let a = 0; a < channels; a++) {
            for (let b = 0; b < channels; b++) projection[a * channels + b]! += factor * u[a]! * u[b]!;
          }
        });
        for (let i = 0; i < reach; i++) {
          for (let j = 0; j < reach; j++) {
            const target = projections[(row + i) * blocks[1] + column + j]!;
            projection.forEach((value, k) => (target[k]! += value));
          }
        }
      }
    }
    // dX = sum over windows of U diag(factors) U' X, scaled
    projections.forEach((projection, k) => {
      forEachPixel(grid, n, Math.floor(k / blocks[1]), k % blocks[1], (at) => {
        for (let a = 0; a < channels; a++) {
          let product = 0;
          for (let b = 0; b < channels; b++) product += projection[a * channels + b]! * x[at + b]!;
          gradient[at + a] = product * gradientScale;
        }
      });
    });
  }
  return { value: (sum * scale) / windows, gradient, singularValues };
}

/**
 * The rank loss of AGD-Net (Zhu et al. 2021) as its authors released it. All windows of 48 x 48 pixels at stride 16
 * become matrices X (prediction) and Y (target) of C rows; s_x and s_y are their singular values, largest first:
 *
 *     m_k = 1 where s_x,k > 1e-3, s_y,k > 1e-3 and s_x,k < 1, else 0
 *     loss = mean over windows of sum_k m_k / (C 48^2)
 *     dX = U diag(m) U' X / (C 48^2 9), U the left singular vectors of X; overlapping windows add up
 *
 * **What it does:** the value counts weak singular values and is flat; the gradient, written by hand, is not the
 * derivative of it, is not divided by the number of windows, and shrinks the weak (s < 1) components of the
 * prediction. The target matters through the mask only: in the released code the relative difference of s_x and
 * s_y is computed and then overwritten. The formula of the paper itself was not available to us.
 *
 * **`form: 'intended'`** is our reading of what was overwritten, an assumption: the same windows and mask, and
 *
 *     loss = mean over windows of sum_k m_k |s_x,k - s_y,k| / (max(s_x,k, s_y,k) + 1e-6) / (C 48^2)
 *
 * with its own derivative (the mask taken as constant).
 *
 * In float32 images, singular values below some 3e-4 of the largest are rounding noise, so for windows of nearly
 * deficient rank the test against 1e-3 is not reproducible. Computed in float64 by the CPU, from a synchronous read. WebGPU in
 * Node allows none: there `trainStep` reads the prediction between two forward passes, and only there the loss works.
 *
 * @returns a loss of (prediction, target), both [B, H, W, C], H and W at least one window.
 */
export function agdRankLoss(options: AgdRankLossOptions = {}): Loss {
  return hostLoss('agdRankLoss', (prediction, target, shape) =>
    agdRankLossAndGradient(prediction, target, shape, options),
  );
}

export interface AgdDegradationLossOptions {
  /** The network's degradation D, [3, 3, bands, 3]: the weight `degradation/kernel` of AGD-Net. */
  readonly kernel: () => tf.Tensor4D;
}

/**
 * The third term of AGD-Net's training, mean (y - D x)^2: y the RGB input, x the prediction, D the network's own 3 x 3
 * convolution from bands to RGB (zero padding, no bias). The other two are `l1Loss` and {@link agdRankLoss}.
 */
export function agdDegradationLoss({ kernel }: AgdDegradationLossOptions): Loss {
  return (prediction, _target, rgb) => {
    if (rgb === undefined)
      throw new Error('agdDegradationLoss: rgb is missing; it needs the input of the network');
    return tf.tidy(() =>
      tf.mean<tf.Scalar>(tf.square(tf.sub(rgb, tf.conv2d(prediction, kernel(), 1, 'same')))),
    );
  };
}

const windows = { window: 'count', stride: 'count' } as const;

export const agdRankReleased = defineLoss({
  name: 'agd-rank-released',
  settings: windows,
  make: (settings) => agdRankLoss({ ...settings, form: 'released' }),
});

export const agdRankIntended = defineLoss({
  name: 'agd-rank-intended',
  settings: windows,
  make: (settings) => agdRankLoss({ ...settings, form: 'intended' }),
});

export const agdDegradation = defineLoss({
  name: 'agd-degradation',
  settings: {},
  model: 'agd-net',
  // [3, 3, bands, 3]
  make: (_, { weightOf }) => agdDegradationLoss({ kernel: weightOf('degradation') as () => tf.Tensor4D }),
});
