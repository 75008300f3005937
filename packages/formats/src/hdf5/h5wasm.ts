import { Libhdf5, type H5Build } from './libhdf5.js';

/** Files in memory. */
interface MemoryFiles {
  writeFile(path: string, bytes: Uint8Array): void;
  unlink(path: string): void;
}

let loaded: Promise<{ readonly library: Libhdf5; readonly FS: MemoryFiles }> | undefined;

/**
 * libhdf5 compiled to WebAssembly with files in memory only, for bytes, in browsers and in Node (`h5wasm-files.ts` is for files on
 * disks; bundles for browsers must not see that build). Started on first use.
 */
export function hdf5InMemory(): NonNullable<typeof loaded> {
  loaded ??= import('h5wasm').then(async ({ ready, File, Dataset, Group }) => {
    const module = await ready;
    const build = { module: module as unknown as H5Build['module'], File, Dataset, Group };
    return { library: new Libhdf5(build), FS: module.FS };
  });
  return loaded;
}

/** The innermost reason of libhdf5's error stack, which is the useful one. */
export function hdf5Reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const frames = [...text.matchAll(/#\d+: .*? in (\w+)\(\): (.*)/g)];
  return frames.at(-1)?.[2] ?? text.split('\n')[0] ?? '';
}
