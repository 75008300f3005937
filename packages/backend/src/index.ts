export { useRelaxedSimd } from './arena/kernel-module.js';
export { backendChoices, backendNames, type BackendChoice, type BackendName } from './backend-choice.js';
export { type Candidate } from './candidates.js';
export { type MachineReport } from './machine.js';
export { type NativeDevice } from './native-device.js';
export {
  onnxRuntimeStatus,
  openOnnxNetwork,
  type OnnxNetwork,
  type OnnxNetworkOptions,
  type OnnxRuntimeStatus,
} from './onnxruntime/onnx-network.js';
export { type OptionalPeer, type PeerLoader } from './optional-peers.js';
export { setThreads, startThreads, threadReport, threadsReady, type ThreadReport } from './pool/threads.js';
export {
  backendReport,
  doctor,
  startBackend,
  type BackendReport,
  type DoctorReport,
  type PassedOver,
  type StartBackendOptions,
} from './start-backend.js';
export { tensorflowThreads, type TensorflowThreads } from './threaded-wasm/tensorflow-threads.js';
export { type WasmPaths } from './wasm-files.js';
