import { nodeBuiltin } from './node-builtins.js';

/** The three builds that `@tensorflow/tfjs-backend-wasm` ships; it picks one by feature detection. */
export const wasmFileNames = [
  'tfjs-backend-wasm.wasm',
  'tfjs-backend-wasm-simd.wasm',
  'tfjs-backend-wasm-threaded-simd.wasm',
] as const;

/** A folder (or URL) that holds the three files, or one path for each of them. */
export type WasmPaths = string | Readonly<Record<(typeof wasmFileNames)[number], string>>;

/**
 * The folder of the `.wasm` files inside the installed npm package, with a trailing separator; undefined
 * outside Node. Files on disk: nothing is fetched from a network.
 */
export function findInstalledWasmFolder(): string | undefined {
  const nodeModule = nodeBuiltin('module');
  const path = nodeBuiltin('path');
  const fs = nodeBuiltin('fs');
  if (nodeModule === undefined || path === undefined || fs === undefined) return undefined;
  const manifest = '@tensorflow/tfjs-backend-wasm/package.json';
  for (const start of [import.meta.url, path.join(process.cwd(), 'index.js')]) {
    try {
      const folder = path.join(path.dirname(nodeModule.createRequire(start).resolve(manifest)), 'dist');
      if (wasmFileNames.every((name) => fs.existsSync(path.join(folder, name)))) return folder + path.sep;
    } catch {
      // Not reachable from here (for instance a bundled program): try the next place.
    }
  }
  return undefined;
}

/** Checks in Node that the files which the user named exist, before TensorFlow.js fails less clearly. */
export function checkWasmPaths(paths: WasmPaths): void {
  const fs = nodeBuiltin('fs');
  const path = nodeBuiltin('path');
  if (fs === undefined || path === undefined) return;
  for (const name of wasmFileNames) {
    const file = typeof paths === 'string' ? path.join(paths, name) : paths[name];
    if (/^[a-z]+:\/\//i.test(file)) continue;
    if (!fs.existsSync(file)) {
      throw new Error(
        `startBackend: wasmPaths: got '${file}', which does not exist; wanted the file ${name} of ` +
          `@tensorflow/tfjs-backend-wasm (folder dist). Leave wasmPaths out to use the installed package.`,
      );
    }
  }
}
