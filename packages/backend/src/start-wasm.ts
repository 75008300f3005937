// Loaded by startBackend when it starts the WASM backend: the backend, its missing kernels, and its memory and threads.
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { guardMemory } from './arena/guard-memory.js';
import { guardWorkspace } from './arena/guard-workspace.js';
import { withSharedMemory } from './shared-memory.js';
import { useThreadedWasm } from './threaded-wasm/threaded-wasm.js';
import { soon } from './threaded-wasm/wasm-factory.js';
import { registerTrainingKernels } from './training-kernels/register.js';
import { findInstalledWasmFolder, type WasmPaths } from './wasm-files.js';

const NO_THREADS =
  "startBackend: TensorFlow.js's own threads did not start within 20 s. Bundlers that rewrite functions (Vite) break the one whose " +
  'text it gives to its threads: leave tensorflowThreads out; the kernels of Prismamba have threads of their own';

export interface StartWasmOptions {
  readonly wasmPaths?: WasmPaths | undefined;
  readonly tensorflowThreads?: number | undefined;
}

/** Makes the WASM backend the current one; false where TensorFlow.js could not start it. */
export async function startWasm({ wasmPaths, tensorflowThreads = 1 }: StartWasmOptions): Promise<boolean> {
  registerTrainingKernels();
  guardWorkspace();
  const installed = wasmPaths === undefined ? findInstalledWasmFolder() : undefined;
  const paths = wasmPaths ?? installed;
  // TensorFlow.js reads the paths once, when it compiles the module.
  if (paths !== undefined && tf.engine().registry['wasm'] === undefined) {
    setWasmPaths(typeof paths === 'string' ? paths : { ...paths });
  }
  const { threads } = await useThreadedWasm(installed, tensorflowThreads);
  const start = () => tf.setBackend('wasm');
  const started = await (threads === 1 ? withSharedMemory(start, wasmPaths) : soon(start(), NO_THREADS));
  if (started) guardMemory(tf.backend());
  return started;
}
