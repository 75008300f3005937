import { layerNormReference, layerNormReferenceGradient } from '../layer-norm/layer-norm.reference.js';
import { linearReference, linearReferenceGradient, siluReference } from '../linear.reference.js';

/** In float64, row-major: y and z [L][D], gamma and beta [D], weight [C][D]. */
export type MergeNormGateLinearReferenceInputs = Readonly<
  Record<'y' | 'z' | 'gamma' | 'beta' | 'weight', Float64Array>
>;

/** The definition: weight (LayerNorm(y) * z sigmoid(z)), [L][C]. */
export function mergeNormGateLinearReference(
  { y, z, gamma, beta, weight }: MergeNormGateLinearReferenceInputs,
  epsilon: number,
): Float64Array {
  const gated = layerNormReference(y, gamma, beta, epsilon).map((n, i) => n * siluReference(z[i]!)[0]);
  return linearReference(gated, weight, gamma.length);
}

export function mergeNormGateLinearReferenceGradient(
  { y, z, gamma, beta, weight }: MergeNormGateLinearReferenceInputs,
  epsilon: number,
  dout: Float64Array,
): MergeNormGateLinearReferenceInputs {
  const normalised = layerNormReference(y, gamma, beta, epsilon);
  const gated = normalised.map((n, i) => n * siluReference(z[i]!)[0]);
  const linear = linearReferenceGradient(gated, weight, gamma.length, dout);
  const dn = linear.x.map((d, i) => d * siluReference(z[i]!)[0]);
  const norm = layerNormReferenceGradient(y, gamma, epsilon, dn);
  return {
    y: norm.x,
    z: linear.x.map((d, i) => d * normalised[i]! * siluReference(z[i]!)[1]),
    gamma: norm.gamma,
    beta: norm.beta,
    weight: linear.weight,
  };
}
