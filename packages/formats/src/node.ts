export { AtomicFile } from './node/atomic-file.js';
export { FileError } from './node/file-error.js';
export { nearestNames } from './node/nearest-names.js';
export { readFileBytes, readFileBytesSync } from './node/read-file.js';
export { writeFileAtomic } from './node/write-file-atomic.js';
