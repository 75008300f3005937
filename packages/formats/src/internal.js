// What other packages of Prismamba share and nothing promises: it may change in any release.
export { sliceArray } from './array-ranges.js';
export { sizeOf, transpose } from './ndarray.js';
export { writeOnnx, } from './onnx/write-onnx.js';
export { encodeEvent, EVENT_FILE_VERSION, } from './tensorboard/event-record.js';
export { repeatedKey } from './safetensors/repeated-key.js';
export { ZipArchive } from './zip/open-zip.js';
