import * as tf from '@tensorflow/tfjs-core';
import { webgpuFor } from './webgpu-of.js';

/** Axes that TensorFlow.js's shader can index: WGSL has no vectors beyond these. */
const MOST_AXES = 4;

interface PadAttributes {
  readonly paddings: readonly (readonly [before: number, after: number])[];
  readonly constantValue: number;
}

/**
 * TensorFlow.js's PadV2 does not compile for tensors of more than 4 axes (5 are common in gradients of slices): here an axis that is
 * padded is the middle one of three, [before, axis, after], and several are padded one after the other.
 */
export function foldPad(): void {
  const original = tf.getKernel('PadV2', 'webgpu');
  if (original === undefined) return;
  tf.unregisterKernel('PadV2', 'webgpu');
  tf.registerKernel({
    ...original,
    kernelFunc: (call) => {
      const { inputs, backend, attrs } = call;
      const x = inputs['x']!;
      if (x.shape.length <= MOST_AXES) return original.kernelFunc(call);
      const gpu = webgpuFor('PadV2', backend);
      const { paddings, constantValue } = attrs as unknown as PadAttributes;
      const pad = (info: tf.TensorInfo, ofAxes: PadAttributes['paddings']) =>
        original.kernelFunc({
          inputs: { x: info },
          backend,
          attrs: { paddings: ofAxes, constantValue },
        }) as tf.TensorInfo;
      // Without padding this is a new reference to x.
      let padded = pad({ ...x, shape: [tf.util.sizeFromShape(x.shape)] }, [[0, 0]]);
      const shape = [...x.shape];
      for (const [axis, [before, after]] of paddings.entries()) {
        if (before + after === 0) continue;
        const size = (from: number, to?: number) => tf.util.sizeFromShape(shape.slice(from, to));
        const view = { ...padded, shape: [size(0, axis), shape[axis]!, size(axis + 1)] };
        const next = pad(view, [
          [0, 0],
          [before, after],
          [0, 0],
        ]);
        gpu.disposeData(padded.dataId);
        shape[axis]! += before + after;
        padded = next;
      }
      return { ...padded, shape };
    },
  });
}
