import { joined, newArray, part, release, sizeOf, type WebgpuBackend } from '@prismamba/backend/internal';
import type { Infos } from '@prismamba/core/operator';
import type * as tf from '@tensorflow/tfjs-core';
import { addArrays, registerInPieces } from '../webgpu/in-pieces.webgpu.js';
import { matrix, matrixProduct, type Matrix } from '../webgpu/matrix-product.webgpu.js';
import { normalise, normBack, rowStatistics, STATISTICS, type RowNorm } from '../webgpu/row-norm.webgpu.js';
import { normLinearSplitOperator, type NormLinearSplitInputs } from './norm-linear-split.operator.js';

function prepare({ x, weight, gamma, beta }: Infos<NormLinearSplitInputs>, epsilon: number) {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const norm: RowNorm | undefined =
    gamma === undefined || beta === undefined ? undefined : { x: matrix(x, channels), gamma, beta, epsilon };
  const inner = weight.shape[0]! / 2;
  return { channels, inner, norm, map: [batch, height, width, inner] };
}

/** The rows that are projected; `release` them unless they are x. */
function rowsOf(gpu: WebgpuBackend, x: tf.TensorInfo, norm: RowNorm | undefined) {
  if (norm === undefined) return { rows: x, statistics: undefined };
  const statistics = rowStatistics(gpu, norm);
  return { rows: normalise(gpu, norm, statistics), statistics };
}

/** Half k of the weight, [D, C]. */
const halfOf = (gpu: WebgpuBackend, weight: tf.TensorInfo, k: 0 | 1): tf.TensorInfo => {
  const [both, channels] = weight.shape as [number, number];
  return part(gpu, weight, (k * both * channels) / 2, [both / 2, channels]);
};

/** Half k of the projection as a map, for this operator and for who needs the gate alone. */
function project(gpu: WebgpuBackend, rows: Matrix, weight: tf.TensorInfo, k: 0 | 1): tf.TensorInfo {
  const half = halfOf(gpu, weight, k);
  const product = matrixProduct(gpu, rows, matrix(half, rows.columns), { transposeB: true });
  release(gpu, [half]);
  return product;
}

/** The gate z alone, [B, H, W, D]. */
export function projectGate(
  gpu: WebgpuBackend,
  inputs: Infos<NormLinearSplitInputs>,
  epsilon: number,
): tf.TensorInfo {
  const { channels, norm, map } = prepare(inputs, epsilon);
  const { rows, statistics } = rowsOf(gpu, inputs.x, norm);
  const z = project(gpu, matrix(rows, channels), inputs.weight, 1);
  release(gpu, norm === undefined ? [] : [rows, statistics]);
  return { ...z, shape: map };
}

/**
 * Layer norm in WGSL, the projection by TensorFlow.js's matrix product: x [BL, C], weight [2D, C], u and z [BL, D]. Beside inputs and
 * outputs the normalised tokens, [BL, C].
 */
registerInPieces(normLinearSplitOperator, {
  outputRows: 'x',
  cut({ x, weight }) {
    const [both, channels] = weight.shape as [number, number];
    return {
      rows: sizeOf(x) / channels,
      width: Math.max(channels, both / 2, STATISTICS),
      kinds: { x: 'rows' },
    };
  },

  forward(gpu, { inputs, attributes: { epsilon, gate } }) {
    const { channels, norm, map } = prepare(inputs, epsilon);
    const { rows, statistics } = rowsOf(gpu, inputs.x, norm);
    const half = (k: 0 | 1) => ({ ...project(gpu, matrix(rows, channels), inputs.weight, k), shape: map });
    const results = { u: half(0), z: gate ? half(1) : newArray(gpu, [0, 0, 0, 0]) };
    release(gpu, norm === undefined ? [] : [rows, statistics]);
    return results;
  },

  backward(gpu, { inputs, upstream: { u: du, z: dz }, attributes: { epsilon } }) {
    const { channels, inner, norm } = prepare(inputs, epsilon);
    const { rows, statistics } = rowsOf(gpu, inputs.x, norm);
    const halves = ([du, dz] as const).map((upstream, k) => {
      const weight = halfOf(gpu, inputs.weight, k as 0 | 1);
      const ofRows = matrixProduct(gpu, matrix(upstream, inner), matrix(weight, channels));
      // dweight = [du, dz]^T n
      const ofWeight = matrixProduct(gpu, matrix(upstream, inner), matrix(rows, channels), {
        transposeA: true,
      });
      release(gpu, [weight]);
      return { ofRows, ofWeight };
    });
    const [first, second] = halves as [(typeof halves)[number], (typeof halves)[number]];
    const weight = joined(gpu, [first.ofWeight, second.ofWeight], inputs.weight.shape);
    const dn = addArrays(gpu, first.ofRows, second.ofRows);
    release(gpu, [first.ofWeight, second.ofWeight, first.ofRows, second.ofRows]);
    if (norm === undefined || statistics === undefined) {
      return { x: { ...dn, shape: inputs.x.shape }, weight };
    }
    const gradients = normBack(gpu, norm, statistics, dn);
    release(gpu, [rows, statistics, dn]);
    return { ...gradients, weight };
  },
});
