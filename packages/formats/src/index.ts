export { FormatError, type FormatErrorDetails, type ReadOptions } from './format-error.js';
export { type DType, type TypedArray } from './dtype.js';
export { toFloat32, toFloat64, transpose, type NdArray } from './ndarray.js';
export { readNpy } from './npy/read-npy.js';
export { writeNpy } from './npy/write-npy.js';
export { readNpz, type ReadNpzOptions } from './npz/read-npz.js';
export { writeNpz, type WriteNpzOptions } from './npz/write-npz.js';
export { readSafetensors, type Safetensors } from './safetensors/read-safetensors.js';
export { writeSafetensors } from './safetensors/write-safetensors.js';
export { readPth } from './pth/read-pth.js';
export { readStateDict, type StateDictOptions } from './pth/read-state-dict.js';
export { PthUnread, type PthKey, type PthValue } from './pth/pickle-values.js';
export { type ZipOptions } from './zip/open-zip.js';
export { readPng, type PngImage } from './png/read-png.js';
export { writePng } from './png/write-png.js';
export {
  writeOnnx,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxValue,
} from './onnx/write-onnx.js';
export {
  encodeEvent,
  EVENT_FILE_VERSION,
  type EventHistogram,
  type EventValue,
  type TensorboardEvent,
} from './tensorboard/event-record.js';
export { detectMatVersion, type MatVersion } from './mat5/detect-mat-version.js';
export { readMat5, type Mat5, type Mat5Options } from './mat5/read-mat5.js';
export { writeMat5, type WriteMat5Options } from './mat5/write-mat5.js';
export { parseEnviHeader, type EnviHeader, type Interleave } from './envi/envi-header.js';
export { readEnvi, type EnviImage } from './envi/read-envi.js';
export { writeEnvi, type WriteEnviOptions } from './envi/write-envi.js';
export { type Ranges } from './array-ranges.js';
