import * as tf from '@tensorflow/tfjs-core';
import { sharedState } from '../shared-state.js';
import { cutAddN } from './add-n.js';
import { keepNan } from './keep-nan.js';
import { foldPad } from './pad.js';
import { replaceBrokenTranspose } from './transpose.js';
import { webgpuOf, type GpuDevice, type WebgpuBackend } from './webgpu-of.js';

const lost = /* @__PURE__ */ new WeakMap<GpuDevice, string>();
const watched = /* @__PURE__ */ new WeakSet<GpuDevice>();

/** What a device refused, the first thing: it says so to nobody and computes zeros. */
const refused = /* @__PURE__ */ new WeakMap<GpuDevice, string>();
const state = /* @__PURE__ */ sharedState('webgpu-kernels', () => ({ replaced: false }));

/** How long a failed read waits to hear why. */
const NEWS_OF_LOSS_MS = 30_000;

function lossError(what: string): Error {
  return new Error(
    `the WebGPU device was lost (${what}): the driver restarted, the GPU ran out of memory or was taken away, and all that was on it is gone. ` +
      "startBackend('webgpu') takes a new one; a training run goes on from its last checkpoint (prismamba train --resume).",
  );
}

/** What of the backend waits for its device says so where the device is gone; TensorFlow.js's own error would be of a buffer. */
function watch(backend: WebgpuBackend): void {
  const { device } = backend;
  if (watched.has(device)) return;
  watched.add(device);
  void device.lost.then(({ reason, message }) => {
    lost.set(device, [reason, message].filter(Boolean).join(': ') || 'no reason given');
  });
  device.addEventListener('uncapturederror', ({ error: { message } }) => {
    if (!refused.has(device)) refused.set(device, message);
  });
  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    const check = () => {
      const what = lost.get(device);
      if (what !== undefined) throw lossError(what);
      const mistake = refused.get(device);
      if (mistake === undefined) return;
      refused.delete(device);
      throw new Error(`the WebGPU device refused what it was asked to compute: ${mistake.trim()}`);
    };
    check();
    try {
      const values = await read(dataId);
      check();
      return values;
    } catch (error) {
      // The news of a lost device comes after the failed read: behind the shaders that are being compiled.
      const until = performance.now() + NEWS_OF_LOSS_MS;
      while (!lost.has(device) && !refused.has(device) && performance.now() < until)
        await new Promise((resolve) => setTimeout(resolve, 50));
      check();
      throw error;
    }
  };
}

/** A lost device's backend makes room for a new one, by the same factory. */
function forgetLostBackend(): void {
  const backend = webgpuOf(tf.findBackend('webgpu'));
  if (backend === undefined || !lost.has(backend.device)) return;
  const factory = tf.findBackendFactory('webgpu');
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', factory, 3);
}

/** Makes the WebGPU backend the current one; false where TensorFlow.js could not start it. */
export async function startWebgpu(): Promise<boolean> {
  forgetLostBackend();
  if (!(await tf.setBackend('webgpu'))) return false;
  await tf.ready();
  const backend = webgpuOf(tf.backend());
  if (backend === undefined || watched.has(backend.device)) return true;
  watch(backend);
  if (!state.replaced) {
    cutAddN();
    foldPad();
  }
  state.replaced = true;
  await replaceBrokenTranspose();
  await keepNan();
  return true;
}
