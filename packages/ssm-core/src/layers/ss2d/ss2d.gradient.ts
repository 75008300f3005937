import { releaseAfterGradient } from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';
import {
  depthwiseSiluOperator,
  type DepthwiseSiluArgs,
} from '../../depthwise-silu/depthwise-silu.operator.js';
import { LAYER_NORM_EPSILON } from '../../layer-norm/layer-norm.js';
import {
  mergeProjectedGateOperator,
  type MergeNormGateLinearInputs,
} from '../../merge-norm-gate-linear/merge-norm-gate-linear.operator.js';
import {
  normLinearSplitOperator,
  type NormLinearSplitInputs,
} from '../../norm-linear-split/norm-linear-split.operator.js';
import { ss2dScanOperator, type Ss2dScanArgs } from '../../ss2d-scan/ss2d-scan.operator.js';

const epsilon = LAYER_NORM_EPSILON;

/** What goes into each of the four kernels besides the features. */
export interface Ss2dParts {
  readonly split: Omit<NormLinearSplitInputs, 'x'>;
  readonly depthwise: Omit<DepthwiseSiluArgs, 'x'>;
  readonly scan: Omit<Ss2dScanArgs, 'x'>;
  readonly merge: Omit<MergeNormGateLinearInputs, 'y' | 'z'>;
}

/** Whether the backend has every kernel of the block, so that it can be one node of the tape. */
export function canRunAsOneNode(states: number): boolean {
  return (
    states % 4 === 0 &&
    normLinearSplitOperator.hasKernel() &&
    depthwiseSiluOperator.hasKernel() &&
    ss2dScanOperator.hasKernel() &&
    mergeProjectedGateOperator.hasKernel()
  );
}

/**
 * SS2D as one node of the tape. It saves its input, the merged scan and the states at the chunk starts; both halves of
 * the projection and the convolution are computed again in the backward pass (3 % of a training step), and every tensor
 * is made when the first kernel reads it and freed when the last one has, in the forward pass too: beside the input and
 * what is saved there are never more than two maps of the scan's width forward.
 */
export function runSs2dAsOneNode(x: tf.Tensor4D, given: Ss2dParts): tf.Tensor4D {
  const recording = tf.engine().isTapeOn();
  const withGradient = tf.customGrad((...values: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const save = values[values.length - 1] as tf.GradSaveFunc;
    const [input, ...tensors] = values.slice(0, -1) as [tf.Tensor4D, ...tf.Tensor[]];
    const parts = unflatten(given, tensors);
    const u = convolved(input, parts);
    const { y, states } = ss2dScanOperator.runKernel({ x: u, ...parts.scan }, {}, recording);
    u.dispose();
    const { out } = mergeProjectedGateOperator.runKernel(mergeInputs(input, y, parts), { epsilon }, false);
    if (states !== undefined) save([input, y, states, ...tensors]);
    tf.dispose(states === undefined ? y : [y, states]);
    return { value: out, gradFunc: (dout: tf.Tensor, saved: tf.Tensor[]) => backward(dout, saved, given) };
  });
  return withGradient(x, ...flatten(given)) as tf.Tensor4D;
}

function mergeInputs(x: tf.Tensor4D, y: tf.Tensor, { split, merge }: Ss2dParts) {
  return {
    y: y as tf.Tensor4D,
    x,
    ...merge,
    splitWeight: split.weight,
    splitGamma: split.gamma,
    splitBeta: split.beta,
  };
}

/** The first half of norm and projection of x; the second, the gate, is made where it is used, and never a map. */
function featuresOf(x: tf.Tensor4D, { split }: Ss2dParts): tf.Tensor4D {
  const { u, z } = normLinearSplitOperator.runKernel({ x, ...split }, { epsilon, gate: false }, false);
  z.dispose();
  return u as tf.Tensor4D;
}

/** What the scan reads. */
function convolved(x: tf.Tensor4D, parts: Ss2dParts): tf.Tensor4D {
  const features = featuresOf(x, parts);
  const { y } = depthwiseSiluOperator.runKernel({ x: features, ...parts.depthwise }, {}, false);
  features.dispose();
  return y as tf.Tensor4D;
}

/** Gradients in the order of the inputs. */
function backward(dout: tf.Tensor, saved: tf.Tensor[], given: Ss2dParts): tf.Tensor[] {
  const [x, y, states, ...tensors] = saved as [tf.Tensor4D, tf.Tensor4D, tf.Tensor, ...tf.Tensor[]];
  const parts = unflatten(given, tensors);
  const none = {};
  const {
    y: dy,
    x: dz,
    ...merge
  } = mergeProjectedGateOperator.runGradient({
    inputs: mergeInputs(x, y, parts),
    intermediates: none,
    upstream: { out: dout },
    attributes: { epsilon },
  });
  releaseAfterGradient([dout], [y]);
  const u = convolved(x, parts);
  const { x: du, ...scan } = ss2dScanOperator.runGradient({
    inputs: { x: u, ...parts.scan },
    intermediates: { states },
    upstream: { y: dy! },
    attributes: {},
  });
  releaseAfterGradient([], [states]);
  tf.dispose([u, dy!]);
  const features = featuresOf(x, parts);
  const { x: dFeatures, ...depthwise } = depthwiseSiluOperator.runGradient({
    inputs: { x: features, ...parts.depthwise },
    intermediates: none,
    upstream: { y: du! },
    attributes: {},
  });
  tf.dispose([features, du!]);
  const { x: dx, ...split } = normLinearSplitOperator.runGradient({
    inputs: { x, ...parts.split },
    intermediates: none,
    upstream: { u: dFeatures!, z: dz! },
    attributes: { epsilon, gate: true },
  });
  tf.dispose([dFeatures!, dz!]);
  releaseAfterGradient([], saved);
  const gradients: Readonly<Record<keyof Ss2dParts, Tensors>> = { split, depthwise, scan, merge };
  return [dx!, ...places(given).map(([part, name]) => gradients[part][name]!)];
}

type Tensors = Readonly<Record<string, tf.Tensor | undefined>>;

const tensorsOf = (parts: Ss2dParts, part: keyof Ss2dParts): Tensors => ({ ...parts[part] });

/** Where the tensors stand, in an order of their own. */
function places(parts: Ss2dParts): [part: keyof Ss2dParts, name: string][] {
  return (Object.keys(parts) as (keyof Ss2dParts)[]).flatMap((part) =>
    Object.entries(tensorsOf(parts, part)).flatMap(([name, tensor]): [keyof Ss2dParts, string][] =>
      tensor === undefined ? [] : [[part, name]],
    ),
  );
}

function flatten(parts: Ss2dParts): tf.Tensor[] {
  return places(parts).map(([part, name]) => tensorsOf(parts, part)[name]!);
}

/** The same parts with other tensors. */
function unflatten(parts: Ss2dParts, tensors: readonly tf.Tensor[]): Ss2dParts {
  const at = places(parts);
  const of = <P extends keyof Ss2dParts>(part: P): Ss2dParts[P] => ({
    ...parts[part],
    ...Object.fromEntries(at.flatMap(([p, name], i) => (p === part ? [[name, tensors[i]!]] : []))),
  });
  return { split: of('split'), depthwise: of('depthwise'), scan: of('scan'), merge: of('merge') };
}
