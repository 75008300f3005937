import type * as forFiles from 'h5wasm/node';

let loaded: Promise<typeof forFiles> | undefined;

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
