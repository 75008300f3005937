import type { NdArray } from '@prismamba/formats';

function values(weights: ReadonlyMap<string, NdArray>, name: string): Float32Array {
  const array = weights.get(name);
  if (array === undefined) {
    throw new Error(
      `mergeRepcpsi: no entry '${name}'; pass the complete state dictionary of a trained RepCPSI`,
    );
  }
  return array.data as Float32Array;
}

/**
 * One stage's four convolutions as one 3x3 convolution, exact also at the borders (the inner 3x3 has zero padding and
 * the outer one is 1x1): W = W_3 + pad(W_1) + W_b W_a, bias = b_3 + b_1 + W_b b_a + b_b. Sums in float64.
 */
function mergeStage(
  weights: ReadonlyMap<string, NdArray>,
  path: string,
  c: number,
): { kernel: Float32Array; bias: Float32Array } {
  const w1 = values(weights, `${path}.spe_conv.weight`);
  const b1 = values(weights, `${path}.spe_conv.bias`);
  const w3 = values(weights, `${path}.spa_conv.weight`);
  const b3 = values(weights, `${path}.spa_conv.bias`);
  const wa = values(weights, `${path}.spa_spe_conv.spa.weight`);
  const ba = values(weights, `${path}.spa_spe_conv.spa.bias`);
  const wb = values(weights, `${path}.spa_spe_conv.spe.weight`);
  const bb = values(weights, `${path}.spa_spe_conv.spe.bias`);
  const kernel = new Float32Array(c * c * 9);
  const bias = new Float32Array(c);
  const row = new Float64Array(c * 9);
  for (let o = 0; o < c; o++) {
    for (let j = 0; j < c * 9; j++) row[j] = w3[o * c * 9 + j]!;
    for (let i = 0; i < c; i++) row[i * 9 + 4]! += w1[o * c + i]!; // the centre tap
    let shift = b3[o]! + b1[o]! + bb[o]!;
    for (let m = 0; m < c; m++) {
      const factor = wb[o * c + m]!;
      shift += factor * ba[m]!;
      for (let j = 0; j < c * 9; j++) row[j]! += factor * wa[m * c * 9 + j]!;
    }
    kernel.set(row, o * c * 9);
    bias[o] = shift;
  }
  return { kernel, bias };
}

/**
 * The inference form of a trained RepCPSI: official training-form entries in, entries of the `deploy: true` network
 * out (2 stages a block, one 3x3 convolution each). Source: RepCPSI, re-parameterisation.
 *
 * @throws when an entry of the training form is missing.
 */
export function mergeRepcpsi(weights: ReadonlyMap<string, NdArray>): Map<string, NdArray> {
  const merged = new Map<string, NdArray>();
  for (const [name, array] of weights) {
    const stage = /^(seq_spaspe\.\d+\.stage[12]_conv)\.(spe_conv|spa_conv|spa_spe_conv)\./.exec(name);
    if (stage === null) {
      merged.set(name, array);
      continue;
    }
    const path = stage[1]!;
    if (merged.has(`${path}.fused.weight`)) continue;
    const c = values(weights, `${path}.spa_conv.bias`).length;
    const { kernel, bias } = mergeStage(weights, path, c);
    merged.set(`${path}.fused.weight`, { dtype: 'float32', shape: [c, c, 3, 3], data: kernel });
    merged.set(`${path}.fused.bias`, { dtype: 'float32', shape: [c], data: bias });
  }
  return merged;
}
