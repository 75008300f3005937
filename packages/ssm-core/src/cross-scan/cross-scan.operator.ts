import { defineOperator, type Operator } from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';

export interface CrossScanInputs {
  /** Features, [B, H, W, C]. */
  readonly x: tf.Tensor4D;
}

export interface CrossMergeInputs {
  /** Sequences, [B, K, L, C]. */
  readonly y: tf.Tensor4D;
}

export interface CrossAttributes {
  /** Direction numbers, see `scan-directions.ts`. */
  readonly directions: readonly number[];
  readonly height: number;
  readonly width: number;
}

const attributes = { directions: 'numbers', height: 'number', width: 'number' } as const;

// y[b, k, t] = x[b, pixel_k(t)] and x[b, p] = sum_k y[b, k, t] with pixel_k(t) = p are each other's transpose, so that each
// is the other's gradient; nothing is saved.

export const crossScanOperator: Operator<CrossScanInputs, CrossAttributes, { y: tf.Tensor4D }> =
  /* @__PURE__ */ defineOperator({
    name: 'CrossScan',
    inputs: { x: 'required' },
    attributes,
    outputs: ['y'],
    kernels: { wasm: '@prismamba/ssm-core/wasm', webgpu: '@prismamba/ssm-core/webgpu' },
    saved: { inputs: [] },
    composed: scanComposed,
    gradient: ({ upstream, attributes }) =>
      crossMergeOperator.run({ y: upstream.y as tf.Tensor4D }, attributes),
  });

export const crossMergeOperator: Operator<CrossMergeInputs, CrossAttributes, { x: tf.Tensor4D }> =
  /* @__PURE__ */ defineOperator({
    name: 'CrossMerge',
    inputs: { y: 'required' },
    attributes,
    outputs: ['x'],
    kernels: { wasm: '@prismamba/ssm-core/wasm', webgpu: '@prismamba/ssm-core/webgpu' },
    saved: { inputs: [] },
    composed: mergeComposed,
    gradient: ({ upstream, attributes }) =>
      crossScanOperator.run({ x: upstream.x as tf.Tensor4D }, attributes),
  });

/** The tokens of one direction, [B, H, W, C] -> [B, L, C]. */
export function readDirection(x: tf.Tensor4D, direction: number): tf.Tensor3D {
  const [batch, height, width, channels] = x.shape;
  const oriented = direction % 2 === 0 ? x : tf.transpose(x, [0, 2, 1, 3]);
  const sequence = tf.reshape<tf.Rank.R3>(oriented, [batch, height * width, channels]);
  return direction >= 2 ? tf.reverse(sequence, 1) : sequence; // [B, L, C]
}

/** A sequence of one direction back as a map; the inverse of {@link readDirection}. */
export function placeDirection(
  y: tf.Tensor3D,
  direction: number,
  height: number,
  width: number,
): tf.Tensor4D {
  const [batch, , channels] = y.shape;
  const forward = direction >= 2 ? tf.reverse(y, 1) : y;
  if (direction % 2 === 0) return tf.reshape(forward, [batch, height, width, channels]);
  return tf.transpose(tf.reshape<tf.Rank.R4>(forward, [batch, width, height, channels]), [0, 2, 1, 3]);
}

/** Cross scan out of TensorFlow.js operators: [B, H, W, C] -> [B, K, L, C]. */
function scanComposed({ x }: CrossScanInputs, { directions }: CrossAttributes): { y: tf.Tensor4D } {
  // Concatenation, not stack: Pack has no gradient in TensorFlow.js 4.22.
  const y = tf.tidy(() =>
    tf.concat(
      directions.map((k) => tf.expandDims<tf.Tensor4D>(readDirection(x, k), 1)),
      1,
    ),
  );
  return { y };
}

/** Cross merge out of TensorFlow.js operators: [B, K, L, C] -> [B, H, W, C], the directions summed in order. */
function mergeComposed(
  { y }: CrossMergeInputs,
  { directions, height, width }: CrossAttributes,
): { x: tf.Tensor4D } {
  const [batch, , length, channels] = y.shape;
  const x = tf.tidy(() => {
    const maps = directions.map((k, i) => {
      const slice = tf.slice(y, [0, i, 0, 0], [batch, 1, length, channels]);
      return placeDirection(tf.reshape(slice, [batch, length, channels]), k, height, width);
    });
    return maps.reduce((sum, map) => tf.add<tf.Tensor4D>(sum, map));
  });
  return { x };
}
