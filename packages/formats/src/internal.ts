// What other packages of Prismamba share and nothing promises: it may change in any release.
export { sliceArray } from './array-ranges.js';
export { sizeOf } from './ndarray.js';
export { ZipArchive } from './zip/open-zip.js';
