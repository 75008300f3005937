import type * as forBytes from 'h5wasm';

let loaded: Promise<InMemory> | undefined;

/** What is used of the module that has files of its own, in memory. */
export interface InMemory extends Pick<typeof forBytes, 'File' | 'Dataset' | 'Group'> {
  readonly FS: { writeFile(path: string, bytes: Uint8Array): void; unlink(path: string): void };
}

/**
 * libhdf5 compiled to WebAssembly with files in memory only, for bytes, in browsers and in Node (`h5wasm-files.ts` is for files on
 * disks; bundles for browsers must not see that build). Started on first use.
 */
export function hdf5InMemory(): Promise<InMemory> {
  loaded ??= import('h5wasm').then(async (module) => {
    const instance = await module.ready;
    instance.activate_throwing_error_handler();
    return { File: module.File, Dataset: module.Dataset, Group: module.Group, FS: module.FS! };
  });
  return loaded;
}

/** The innermost reason of libhdf5's error stack, which is the useful one. */
export function hdf5Reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const frames = [...text.matchAll(/#\d+: .*? in (\w+)\(\): (.*)/g)];
  return frames.at(-1)?.[2] ?? text.split('\n')[0] ?? '';
}
