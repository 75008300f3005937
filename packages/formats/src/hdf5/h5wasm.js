import { Libhdf5 } from './libhdf5.js';
let loaded;
/**
 * libhdf5 compiled to WebAssembly with files in memory only, for bytes, in browsers and in Node (`h5wasm-files.ts` is for files on
 * disks; bundles for browsers must not see that build). Started on first use.
 */
export function hdf5InMemory() {
    loaded ??= import('h5wasm').then(async ({ ready, File, Dataset, Group }) => {
        const module = await ready;
        const build = { module: module, File, Dataset, Group };
        return { library: new Libhdf5(build), FS: module.FS };
    });
    return loaded;
}
/** The innermost reason of libhdf5's error stack, which is the useful one. */
export function hdf5Reason(error) {
    const text = error instanceof Error ? error.message : String(error);
    const frames = [...text.matchAll(/#\d+: .*? in (\w+)\(\): (.*)/g)];
    return frames.at(-1)?.[2] ?? text.split('\n')[0] ?? '';
}
