import * as tf from '@tensorflow/tfjs-core';
import { hasKernel } from '../simd/usable.wasm.js';
import { ss2dSsdScanComposed } from './ss2d-ssd-scan.composed.js';
import type { Ss2dSsdScanArgs } from './ss2d-ssd-scan.js';
import { SS2D_SSD_INPUTS, SS2D_SSD_SCAN, SS2D_SSD_SCAN_GRADIENT } from './ss2d-ssd-scan.names.js';

/**
 * Runs the backend's kernel where it has one, the composed form where it has not.
 *
 * The kernel's gradient saves the inputs and, when a gradient is being recorded, the states at the start of every 64
 * tokens but the first (4 N/64 floats a channel and token over the four directions). Everything else is computed again;
 * the formulas stand in `assembly/ssd-scan.ts` and `ssd-scan.gradient.ts`, with dW = sum dproj x^T, dx += W^T dproj.
 */
export function runSs2dSsdScan(args: Ss2dSsdScanArgs): tf.Tensor4D {
  if (!hasKernel(SS2D_SSD_SCAN)) return ss2dSsdScanComposed(args);
  const named = (tensors: readonly tf.Tensor[]): Record<string, tf.Tensor> =>
    Object.fromEntries(SS2D_SSD_INPUTS.map((name, i) => [name, tensors[i]!]));
  const recording = tf.engine().isTapeOn();
  const withGradient = tf.customGrad((...values: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const save = values[values.length - 1] as tf.GradSaveFunc;
    const tensors = values.slice(0, -1) as tf.Tensor[];
    const [y, states] = tf
      .engine()
      .runKernel(SS2D_SSD_SCAN, named(tensors), { saveStates: recording }) as unknown as tf.Tensor[];
    if (recording) save([...tensors, states!]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] =>
      tf
        .engine()
        .runKernel(
          SS2D_SSD_SCAN_GRADIENT,
          { ...named(saved), states: saved[SS2D_SSD_INPUTS.length]!, dy },
          {},
        ) as unknown as tf.Tensor[];
    return { value: y!, gradFunc };
  });
  return withGradient(...SS2D_SSD_INPUTS.map((name) => args[name])) as tf.Tensor4D;
}
