import type * as h5wasm from 'h5wasm/node';

type H5wasm = typeof h5wasm;

let loaded: Promise<H5wasm> | undefined;

/**
 * libhdf5 compiled to WebAssembly, started on first use (one instance a thread). Without its throwing
 * error handler it prints to the terminal and returns nothing for a missing or damaged file.
 */
export function loadH5wasm(): Promise<H5wasm> {
  loaded ??= import('h5wasm/node').then(async (module) => {
    const instance = await module.ready;
    instance.activate_throwing_error_handler();
    return module;
  });
  return loaded;
}

/** The innermost reason of libhdf5's error stack, which is the useful one. */
export function hdf5Reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const frames = [...text.matchAll(/#\d+: .*? in (\w+)\(\): (.*)/g)];
  return frames.at(-1)?.[2] ?? text.split('\n')[0] ?? '';
}
