import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { nodeBuiltin } from './node-builtins.js';
import { hasSharedMemory, hasSimd } from './wasm-features.js';
import { findInstalledWasmFolder, type WasmPaths } from './wasm-files.js';

const FILE = 'tfjs-backend-wasm-simd.wasm';
const MEMORY_SECTION = 5;

/**
 * A module whose one memory is a shared one of the same limits; undefined where its memory is not its own or has no
 * maximum, which sharing needs. Section 5: count, flags (1: with a maximum, 3: and shared), minimum, maximum.
 */
export function defineSharedMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  for (let at = 8; at < bytes.length;) {
    const id = bytes[at++];
    let size = 0;
    for (let shift = 0, byte = 0x80; byte >= 0x80; shift += 7) {
      byte = bytes[at++] ?? 0;
      size += (byte & 0x7f) * 2 ** shift;
    }
    if (id === MEMORY_SECTION) {
      if (bytes[at] !== 1 || bytes[at + 1] !== 1) return undefined;
      const shared = new Uint8Array(bytes);
      shared[at + 1] = 3;
      return WebAssembly.validate(shared) ? shared : undefined;
    }
    at += size;
  }
  return undefined;
}

/**
 * Starts TensorFlow.js's WASM backend with `start` so that threads can work on its memory, where that is possible: in Node, and
 * on a cross-origin isolated page that names the folder of the files. Its module is handed over with the memory declared as
 * shared, through the platform's fetch, and is otherwise the file of the npm package. Elsewhere `start` runs as it is, and
 * kernels use one thread.
 */
export async function withSharedMemory(
  start: () => Promise<boolean>,
  wasmPaths: WasmPaths | undefined,
): Promise<boolean> {
  const paths = wasmPaths ?? findInstalledWasmFolder();
  const bytes = paths === undefined ? undefined : await sharedModule(paths);
  if (paths === undefined || bytes === undefined) return start();
  const platform = tf.env().platform;
  const { fetch } = platform;
  const setPaths = (fetched: boolean) =>
    setWasmPaths(typeof paths === 'string' ? paths : { ...paths }, fetched);
  // Not a Response of Node's own: that would load its whole HTTP client.
  const answer = { ok: true, arrayBuffer: () => Promise.resolve(bytes.buffer) } as Response;
  platform.fetch = (path, init) =>
    path === fileOf(paths) ? Promise.resolve(answer) : fetch.call(platform, path, init);
  setPaths(true);
  try {
    return await start();
  } finally {
    platform.fetch = fetch;
    setPaths(false);
  }
}

const fileOf = (paths: WasmPaths): string => (typeof paths === 'string' ? paths + FILE : paths[FILE]);

/** The module that TensorFlow.js would take, its memory shared; undefined where it starts as it is. */
async function sharedModule(paths: WasmPaths): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (tf.engine().registry['wasm'] !== undefined || !hasSimd()) return undefined;
  if (!hasSharedMemory() || (await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT'))) return undefined;
  try {
    // The engine must also be able to reserve the address space of a shared memory's maximum.
    new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
    return defineSharedMemory(await read(fileOf(paths)));
  } catch {
    return undefined; // TensorFlow.js names the file that it does not find
  }
}

async function read(file: string): Promise<Uint8Array> {
  const fs = nodeBuiltin('fs');
  if (fs !== undefined) return fs.readFileSync(file);
  const answer = await tf.env().platform.fetch(file);
  if (!answer.ok) throw new Error(`${file}: status ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}
