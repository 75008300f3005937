import type * as forBytes from 'h5wasm';
import type * as forFiles from 'h5wasm/node';

let loaded: Promise<typeof forFiles> | undefined;
let loadedForBytes: Promise<InMemory> | undefined;

/** What is used of the module that has files of its own, in memory. */
export interface InMemory extends Pick<typeof forBytes, 'File' | 'Dataset' | 'Group'> {
  readonly FS: { writeFile(path: string, bytes: Uint8Array): void; unlink(path: string): void };
}

/**
 * libhdf5 compiled to WebAssembly, started on first use (one instance a thread). Without its throwing
 * error handler it prints to the terminal and returns nothing for a missing or damaged file.
 */
export function loadH5wasm(): Promise<typeof forFiles> {
  loaded ??= import('h5wasm/node').then(async (module) => {
    const instance = await module.ready;
    instance.activate_throwing_error_handler();
    return module;
  });
  return loaded;
}

/** The same with files in memory only, for bytes: in browsers and in Node. */
export function hdf5InMemory(): Promise<InMemory> {
  loadedForBytes ??= import('h5wasm').then(async (module) => {
    const instance = await module.ready;
    instance.activate_throwing_error_handler();
    return { File: module.File, Dataset: module.Dataset, Group: module.Group, FS: module.FS! };
  });
  return loadedForBytes;
}

/** The innermost reason of libhdf5's error stack, which is the useful one. */
export function hdf5Reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const frames = [...text.matchAll(/#\d+: .*? in (\w+)\(\): (.*)/g)];
  return frames.at(-1)?.[2] ?? text.split('\n')[0] ?? '';
}
