import './training-kernels/register.js';

export {
  arenaOf,
  clearFloats,
  scratchPerThread,
  compileKernel,
  hasKernel,
  importSharedMemory,
  kernelFunctions,
  kernelLaunchers,
  registerWasm,
  useRelaxedSimd,
  usesRelaxedSimd,
  wasmArena,
  withScratch,
  type ArenaReport,
  type KernelExports,
  type KernelFunction,
  type KernelLaunchers,
  type KernelModule,
  type WasmArena,
  type WasmKernels,
} from './arena/index.js';
export { backendChoices, backendNames, type BackendChoice, type BackendName } from './backend-choice.js';
export { type Candidate } from './candidates.js';
export { describeMachine, type MachineReport } from './machine.js';
export {
  loadPeer,
  optionalPeers,
  type OptionalPeer,
  type PeerLoader,
  type PeerStatus,
} from './optional-peers.js';
export { type KernelPool } from './pool/kernel-pool.js';
export { type KernelWork } from './pool/kernel-work.js';
export { runWork, workThreads } from './pool/run-work.js';
export {
  kernelPool,
  setThreads,
  startThreads,
  threadReport,
  threadsReady,
  type ThreadReport,
} from './pool/threads.js';
export {
  backendReport,
  doctor,
  startBackend,
  type BackendReport,
  type DoctorReport,
  type StartBackendOptions,
} from './start-backend.js';
export { tensorflowThreads, type TensorflowThreads } from './threaded-wasm/threaded-wasm.js';
export { hasRelaxedSimd, hasSharedMemory, hasSimd } from './wasm-features.js';
export { wasmFileNames, type WasmPaths } from './wasm-files.js';
export { cutRanges, TOKENS_PER_RANGE, type WorkRange } from './work-ranges.js';
