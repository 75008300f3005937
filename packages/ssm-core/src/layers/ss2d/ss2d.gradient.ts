import * as tf from '@tensorflow/tfjs-core';
import { DEPTHWISE_SILU, DEPTHWISE_SILU_GRADIENT } from '../../depthwise-silu/depthwise-silu.names.js';
import { LAYER_NORM_EPSILON } from '../../layer-norm/layer-norm.js';
import {
  MERGE_PROJECTED_GATE,
  MERGE_PROJECTED_GATE_GRADIENT,
} from '../../merge-norm-gate-linear/merge-norm-gate-linear.names.js';
import {
  NORM_LINEAR_SPLIT,
  NORM_LINEAR_SPLIT_GRADIENT,
} from '../../norm-linear-split/norm-linear-split.names.js';
import { runListKernel } from '../../simd/list-kernel.js';
import { releaseAfterGradient } from '../../simd/release.js';
import { hasKernel } from '../../simd/usable.wasm.js';
import { SS2D_SCAN, SS2D_SCAN_GRADIENT } from '../../ss2d-scan/ss2d-scan.names.js';

const KERNELS = [NORM_LINEAR_SPLIT, DEPTHWISE_SILU, SS2D_SCAN, MERGE_PROJECTED_GATE];
const ATTRIBUTES = { epsilon: LAYER_NORM_EPSILON };

/** What goes into each of the four kernels besides the features; `split` is [weight] or [weight, gamma, beta]. */
export interface Ss2dParts<T> {
  readonly split: readonly T[];
  readonly depthwise: readonly [weight: T, bias: T];
  readonly scan: Readonly<Record<'xProjWeight' | 'dtProjsWeight' | 'dtProjsBias' | 'ALogs' | 'Ds', T>>;
  readonly merge: readonly [gamma: T, beta: T, weight: T];
}

/** Whether the backend has every kernel of the block, so that it can be one node of the tape. */
export function canRunAsOneNode(states: number): boolean {
  return states % 4 === 0 && KERNELS.every(hasKernel);
}

/**
 * SS2D as one node of the tape. It saves its input, the merged scan and the states at the chunk starts; both halves of
 * the projection and the convolution are computed again in the backward pass (3 % of a training step), and every tensor
 * is made when the first kernel reads it and freed when the last one has, in the forward pass too: beside the input and
 * what is saved there are never more than two maps of the scan's width forward.
 */
export function runSs2dAsOneNode(x: tf.Tensor4D, parts: Ss2dParts<tf.Tensor>): tf.Tensor4D {
  const saveStates = tf.engine().isTapeOn();
  const inputs = [x, ...flatten(parts)];
  const withGradient = tf.customGrad((...values: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const save = values[values.length - 1] as tf.GradSaveFunc;
    const tensors = values.slice(0, -1) as tf.Tensor[];
    const own = unflatten(tensors.slice(1), parts.split.length);
    const u = convolved(tensors[0]!, own);
    const [y, states] = runKernels(SS2D_SCAN, { x: u, ...own.scan }, { saveStates });
    u.dispose();
    const value = runListKernel<tf.Tensor>(
      MERGE_PROJECTED_GATE,
      [y!, tensors[0]!, ...own.merge, ...own.split],
      ATTRIBUTES,
    );
    if (saveStates) save([...tensors, y!, states!]);
    tf.dispose([y!, states!]);
    const gradFunc = (dout: tf.Tensor, saved: tf.Tensor[]) => backward(dout, saved, parts.split.length);
    return { value, gradFunc };
  });
  return withGradient(...inputs) as tf.Tensor4D;
}

/** The first half of norm and projection of x; the second, the gate, is made where it is used, and never a map. */
function featuresOf(x: tf.Tensor, { split }: Ss2dParts<tf.Tensor>): tf.Tensor {
  return runListKernel<tf.Tensor[]>(NORM_LINEAR_SPLIT, [x, ...split], { ...ATTRIBUTES, gate: false })[0]!;
}

/** What the scan reads. */
function convolved(x: tf.Tensor, parts: Ss2dParts<tf.Tensor>): tf.Tensor {
  const features = featuresOf(x, parts);
  const u = runListKernel<tf.Tensor>(DEPTHWISE_SILU, [features, ...parts.depthwise]);
  features.dispose();
  return u;
}

/** Gradients in the order of the inputs. */
function backward(dout: tf.Tensor, saved: tf.Tensor[], splitCount: number): tf.Tensor[] {
  const [x, ...rest] = saved as [tf.Tensor, ...tf.Tensor[]];
  const [y, states] = rest.slice(-2) as [tf.Tensor, tf.Tensor];
  const own = unflatten(rest.slice(0, -2), splitCount);
  const [dy, dz, ...merge] = runListKernel<tf.Tensor[]>(
    MERGE_PROJECTED_GATE_GRADIENT,
    [y, x, ...own.merge, ...own.split, dout],
    ATTRIBUTES,
  );
  releaseAfterGradient([dout], [y]);
  const u = convolved(x, own);
  const [du, ...scan] = runKernels(SS2D_SCAN_GRADIENT, { x: u, ...own.scan, states, dy: dy! }, {});
  releaseAfterGradient([], [states]);
  tf.dispose([u, dy!]);
  const features = featuresOf(x, own);
  const [dFeatures, ...depthwise] = runListKernel<tf.Tensor[]>(DEPTHWISE_SILU_GRADIENT, [
    features,
    ...own.depthwise,
    du!,
  ]);
  tf.dispose([features, du!]);
  const [dx, ...split] = runListKernel<tf.Tensor[]>(
    NORM_LINEAR_SPLIT_GRADIENT,
    [x, ...own.split, dFeatures!, dz!],
    ATTRIBUTES,
  );
  tf.dispose([dFeatures!, dz!]);
  releaseAfterGradient([], saved);
  return [dx!, ...split, ...depthwise, ...scan, ...merge];
}

function runKernels(
  name: string,
  inputs: Record<string, tf.Tensor>,
  attributes: tf.NamedAttrMap,
): tf.Tensor[] {
  return tf.engine().runKernel(name, inputs, attributes) as unknown as tf.Tensor[];
}

function flatten({ split, depthwise, scan, merge }: Ss2dParts<tf.Tensor>): tf.Tensor[] {
  const { xProjWeight, dtProjsWeight, dtProjsBias, ALogs, Ds } = scan;
  return [...split, ...depthwise, xProjWeight, dtProjsWeight, dtProjsBias, ALogs, Ds, ...merge];
}

function unflatten(list: readonly tf.Tensor[], splitCount: number): Ss2dParts<tf.Tensor> {
  const [weight, bias, xProjWeight, dtProjsWeight, dtProjsBias, ALogs, Ds, gamma, beta, out] = list.slice(
    splitCount,
  ) as [
    ...[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor],
    ...[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor],
  ];
  return {
    split: list.slice(0, splitCount),
    depthwise: [weight, bias],
    scan: { xProjWeight, dtProjsWeight, dtProjsBias, ALogs, Ds },
    merge: [gamma, beta, out],
  };
}
