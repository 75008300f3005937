import { BackendWasm, setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { isNode, nodeBuiltin } from '../node-builtins.js';
import { reportTensorflowThreads, tensorflowThreads, type TensorflowThreads } from './tensorflow-threads.js';
import { wasmFactory, type ThreadedWasmModule } from './wasm-factory.js';

/** TensorFlow.js itself allows no more. */
const MOST_THREADS = 4;

/**
 * Makes the threaded build of TensorFlow.js's WASM backend the one that `tf.setBackend('wasm')` starts, where more than one
 * thread is wanted, and the plain one where not.
 *
 * TensorFlow.js itself starts that build on every cross-origin isolated page, asked or not; there only the choice and the
 * count are set. In Node it does not, because it cannot load its threads' script from a Blob. Given as files, it runs there as well. This leans on private parts of TensorFlow.js 4.22 and of
 * Emscripten; each is tested first, and where one is not as expected the ordinary build is started, with the reason in
 * the report. Its memory can be shared, so that the kernels' thread pool works on the tensors themselves.
 *
 * @param folder the `dist` folder of the installed `@tensorflow/tfjs-backend-wasm`.
 */
export async function useThreadedWasm(
  folder: string | undefined,
  wanted: number,
): Promise<TensorflowThreads> {
  if (!Number.isInteger(wanted) || wanted < 1) {
    throw new Error(`startBackend: tensorflowThreads: got ${wanted}, wanted a whole number from 1`);
  }
  if (tf.engine().registry['wasm'] !== undefined) return tensorflowThreads(); // It has started; its threads are fixed.
  const threads = Math.min(wanted, MOST_THREADS);
  if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) return alone('this engine has no SIMD');
  const obstacle = threads === 1 ? 'one thread was asked for' : await whyNotThreaded(folder);
  if (!isNode()) tf.env().set(MULTITHREAD, obstacle === undefined);
  if (obstacle !== undefined) return alone(obstacle);
  if (!isNode()) {
    setThreadsCount(threads);
    return reportTensorflowThreads({ threads });
  }
  try {
    const module = await startModule(folder!, threads);
    setThreadsCount(threads);
    if (tf.findBackendFactory('wasm') !== null) tf.removeBackend('wasm');
    tf.registerBackend('wasm', () => new BackendWasm(module as never), WASM_PRIORITY);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return alone(`the threaded build did not start (${detail})`);
  }
  return reportTensorflowThreads({ threads });
}

function alone(reason: string): TensorflowThreads {
  return reportTensorflowThreads({ threads: 1, reason });
}

/** TensorFlow.js's flag for its threaded build. */
const MULTITHREAD = 'WASM_HAS_MULTITHREAD_SUPPORT';

/** As `@tensorflow/tfjs-backend-wasm` registers itself. */
const WASM_PRIORITY = 2;

/** The functions of the module that `BackendWasm` calls, as TensorFlow.js's own start-up wraps them. */
const bridge = {
  init: ['init', null, []],
  initWithThreadsCount: ['init_with_threads_count', null, ['number']],
  getThreadsCount: ['get_threads_count', 'number', []],
  registerTensor: ['register_tensor', null, ['number', 'number', 'number']],
  disposeData: ['dispose_data', null, ['number']],
  dispose: ['dispose', null, []],
} as const;

async function startModule(folder: string, threads: number): Promise<ThreadedWasmModule> {
  const module = await wasmFactory(folder, threads);
  const missing = Object.values(bridge).filter(([name]) => typeof module[`_${name}`] !== 'function');
  if (missing.length > 0) throw new Error(`it lacks ${missing.map(([name]) => name).join(', ')}`);
  const wrapped = Object.entries(bridge).map(([key, call]) => [key, module.cwrap(call[0], call[1], call[2])]);
  return Object.assign(module, { tfjs: Object.fromEntries(wrapped) as object });
}

async function whyNotThreaded(folder: string | undefined): Promise<string | undefined> {
  if (!isNode()) {
    const possible = await tf.env().getAsync(MULTITHREAD);
    return possible ? undefined : 'the page is not cross-origin isolated (COOP and COEP headers)';
  }
  if (nodeBuiltin('fs') === undefined) return 'Node >= 20.16 is needed';
  if (folder === undefined)
    return 'the files of @tensorflow/tfjs-backend-wasm were not found, or wasmPaths names others';
  if (typeof BackendWasm !== 'function') return 'this version of TensorFlow.js does not export BackendWasm';
  return undefined;
}
