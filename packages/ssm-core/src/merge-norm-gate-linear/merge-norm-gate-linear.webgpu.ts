import { release, sizeOf, type WebgpuBackend } from '@prismamba/backend/internal';
import type { Infos } from '@prismamba/core/operator';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { projectGate } from '../norm-linear-split/norm-linear-split.webgpu.js';
import { registerInPieces } from '../webgpu/in-pieces.webgpu.js';
import { matrix, matrixProduct } from '../webgpu/matrix-product.webgpu.js';
import {
  gateBack,
  normalise,
  normBack,
  rowStatistics,
  STATISTICS,
  type RowNorm,
} from '../webgpu/row-norm.webgpu.js';
import {
  mergeNormGateLinearOperator,
  mergeProjectedGateOperator,
  type MergeNormGateLinearInputs,
  type MergeProjectedGateInputs,
} from './merge-norm-gate-linear.operator.js';

type Inputs = Infos<MergeNormGateLinearInputs>;

const normOf = ({ y, gamma, beta }: Inputs, epsilon: number): RowNorm => ({
  x: matrix(y, y.shape[3]!),
  gamma,
  beta,
  epsilon,
});

function forward(gpu: WebgpuBackend, inputs: Inputs, epsilon: number): { out: TensorInfo } {
  const { y, z, weight } = inputs;
  const [outputs, inner] = weight.shape as [number, number];
  const norm = normOf(inputs, epsilon);
  const statistics = rowStatistics(gpu, norm);
  const gated = normalise(gpu, norm, statistics, z); // [BL, D]
  const out = matrixProduct(gpu, matrix(gated, inner), matrix(weight, inner), { transposeB: true });
  release(gpu, [statistics, gated]);
  return { out: { ...out, shape: [...y.shape.slice(0, 3), outputs] } };
}

function backward(gpu: WebgpuBackend, inputs: Inputs, epsilon: number, dout: TensorInfo) {
  const { z, weight } = inputs;
  const [outputs, inner] = weight.shape as [number, number];
  const norm = normOf(inputs, epsilon);
  const statistics = rowStatistics(gpu, norm);
  const gated = normalise(gpu, norm, statistics, z);
  // dweight = dout^T (n s);  dg = dout weight
  const dWeight = matrixProduct(gpu, matrix(dout, outputs), matrix(gated, inner), { transposeA: true });
  release(gpu, [gated]);
  const dg = matrixProduct(gpu, matrix(dout, outputs), matrix(weight, inner));
  const { dn, dz } = gateBack(gpu, norm, statistics, z, dg);
  release(gpu, [dg]);
  const { x: dy, gamma, beta } = normBack(gpu, norm, statistics, dn);
  release(gpu, [statistics, dn]);
  return { y: dy, z: dz, gamma, beta, weight: dWeight };
}

/** Tokens, and the widest array of them. */
function tokensOf(y: TensorInfo, weight: TensorInfo) {
  const [outputs, inner] = weight.shape as [number, number];
  return { rows: sizeOf(y) / inner, width: Math.max(inner, outputs, STATISTICS) };
}

/**
 * Layer norm and gate in WGSL, the linear layer by TensorFlow.js's matrix product: y and z [BL, D], weight [C, D], out [BL, C]. Beside
 * inputs and outputs two maps of D channels.
 */
registerInPieces(mergeNormGateLinearOperator, {
  outputRows: 'y',
  cut: ({ y, weight }) => ({ ...tokensOf(y, weight), kinds: { y: 'rows', z: 'rows' } }),
  forward: (gpu, { inputs, attributes: { epsilon } }) => forward(gpu, inputs, epsilon),
  backward: (gpu, { inputs, upstream, attributes: { epsilon } }) =>
    backward(gpu, inputs, epsilon, upstream.out),
});

/** With the gate projected into a map that lives as long as the call. */
function withGate<T>(
  gpu: WebgpuBackend,
  { x, splitWeight, splitGamma, splitBeta, ...rest }: Infos<MergeProjectedGateInputs>,
  epsilon: number,
  work: (inputs: Inputs) => T,
): T {
  const split = { x, weight: splitWeight, gamma: splitGamma, beta: splitBeta };
  const z = projectGate(gpu, split, epsilon);
  const result = work({ ...rest, z });
  release(gpu, [z]);
  return result;
}

registerInPieces(mergeProjectedGateOperator, {
  outputRows: 'y',
  cut({ y, x, weight }) {
    const { rows, width } = tokensOf(y, weight);
    return { rows, width: Math.max(width, sizeOf(x) / rows), kinds: { y: 'rows', x: 'rows' } };
  },
  forward: (gpu, { inputs, attributes: { epsilon } }) =>
    withGate(gpu, inputs, epsilon, (gated) => forward(gpu, gated, epsilon)),
  backward(gpu, { inputs, upstream, attributes: { epsilon } }) {
    const { z, ...rest } = withGate(gpu, inputs, epsilon, (gated) =>
      backward(gpu, gated, epsilon, upstream.out),
    );
    return { ...rest, x: z };
  },
});
