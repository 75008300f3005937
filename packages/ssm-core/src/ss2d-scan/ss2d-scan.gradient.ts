import * as tf from '@tensorflow/tfjs-core';
import { releaseAfterGradient } from '../simd/release.js';
import { hasKernel } from '../simd/usable.wasm.js';
import { ss2dScanComposed } from './ss2d-scan.composed.js';
import type { Ss2dScanArgs } from './ss2d-scan.js';
import { SS2D_SCAN, SS2D_SCAN_GRADIENT } from './ss2d-scan.names.js';

/** What a backend's kernels receive, by name. */
export const SS2D_INPUTS = ['x', 'xProjWeight', 'dtProjsWeight', 'dtProjsBias', 'ALogs', 'Ds'] as const;

type Named = Record<string, tf.Tensor>;

/**
 * Runs the backend's kernel where it has one, the composed form where it has not.
 *
 * The kernel's gradient saves the inputs and, when a gradient is being recorded, the state at the start of every 64
 * tokens ([B, 4, chunks, Dp N]: D floats a token over the four directions). Everything else is computed again.
 */
export function runSs2dScan(args: Ss2dScanArgs): tf.Tensor4D {
  if (args.ALogs.shape[1] % 4 !== 0 || !hasKernel(SS2D_SCAN)) return ss2dScanComposed(args);
  const recording = tf.engine().isTapeOn();
  const withGradient = tf.customGrad((...values: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const save = values[values.length - 1] as tf.GradSaveFunc;
    const tensors = values.slice(0, -1) as tf.Tensor[];
    const inputs: Named = Object.fromEntries(SS2D_INPUTS.map((name, i) => [name, tensors[i]!]));
    const outputs = tf
      .engine()
      .runKernel(SS2D_SCAN, inputs, { saveStates: recording }) as unknown as tf.Tensor[];
    if (recording) save([...tensors, outputs[1]!]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const kept: Named = Object.fromEntries(SS2D_INPUTS.map((name, i) => [name, saved[i]!]));
      const all = { ...kept, states: saved[SS2D_INPUTS.length]!, dy };
      const gradients = tf.engine().runKernel(SS2D_SCAN_GRADIENT, all, {}) as unknown as tf.Tensor[];
      releaseAfterGradient([dy], saved);
      return gradients;
    };
    return { value: outputs[0]!, gradFunc };
  });
  return withGradient(...SS2D_INPUTS.map((name) => args[name])) as tf.Tensor4D;
}
