export { AtomicFile } from './node/atomic-file.js';
export { FileError } from './node/file-error.js';
export { nearestNames } from './node/nearest-names.js';
export { readFileBytes, readFileBytesSync } from './node/read-file.js';
export { writeFileAtomic } from './node/write-file-atomic.js';
export { type Ranges } from './array-ranges.js';
export { openHdf5, type Hdf5File, type Hdf5Options } from './hdf5/open-hdf5.js';
export { type ArrayFile } from './node/array-file.js';
export { openMat, readMat } from './node/open-mat.js';
