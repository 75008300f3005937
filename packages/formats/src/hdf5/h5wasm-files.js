import { Libhdf5 } from './libhdf5.js';
let loaded;
/**
 * libhdf5 compiled to WebAssembly, started on first use (one instance a thread). Without its throwing
 * error handler it prints to the terminal and returns nothing for a missing or damaged file.
 */
export function loadH5wasm() {
    loaded ??= import('h5wasm/node').then(async ({ ready, File, Dataset, Group }) => {
        const module = await ready;
        return new Libhdf5({ module: module, File, Dataset, Group });
    });
    return loaded;
}
