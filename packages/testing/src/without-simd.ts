import { startBackend } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';

const FLAG = 'WASM_HAS_SIMD_SUPPORT';

/**
 * Starts the WASM backend anew, as on an engine without SIMD: TensorFlow.js then takes its scalar module, and operators run their
 * composed forms. Tensors of the backend that was there are lost. @returns what starts the ordinary one again
 */
export async function startWithoutSimd(): Promise<() => Promise<void>> {
  const { validate } = WebAssembly;
  WebAssembly.validate = () => false;
  tf.env().set(FLAG, false);
  await restart();
  return async () => {
    WebAssembly.validate = validate;
    tf.env().set(FLAG, true);
    await restart();
  };
}

async function restart(): Promise<void> {
  const factory = tf.findBackendFactory('wasm');
  if (factory !== null) {
    tf.removeBackend('wasm');
    tf.registerBackend('wasm', factory, 2);
  }
  await startBackend('wasm');
}
