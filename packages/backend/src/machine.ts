import { isNode, nodeBuiltin } from './node-builtins.js';
import { hasRelaxedSimd, hasSharedMemory, hasSimd } from './wasm-features.js';

/** What the machine and the runtime offer, as far as it decides which backend and kernels can run. */
export interface MachineReport {
  readonly runtime: 'node' | 'browser';
  /** Node's version, or the browser's user agent. */
  readonly runtimeVersion: string;
  /** Operating system and processor architecture, for instance `linux x64`. */
  readonly platform: string;
  readonly cpuModel: string | undefined;
  /** Logical processors that this process may use. */
  readonly cores: number;
  /** Bytes of main memory; browsers report a coarse lower bound or nothing. */
  readonly memoryBytes: number | undefined;
  /** Bytes that this process can still take, container limits included; Node only. */
  readonly availableMemoryBytes: number | undefined;
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
  readonly sharedMemory: boolean;
  /** `navigator.gpu` is there. */
  readonly webgpuInterface: boolean;
}

/** The parts of a browser's `navigator` that are read here; none of them is guaranteed to exist. */
interface NavigatorFacts {
  readonly hardwareConcurrency?: number;
  readonly deviceMemory?: number;
  readonly userAgent?: string;
  readonly platform?: string;
  readonly gpu?: unknown;
}

export function navigatorFacts(): NavigatorFacts {
  return (globalThis as { navigator?: NavigatorFacts }).navigator ?? {};
}

export function describeMachine(): MachineReport {
  const navigator = navigatorFacts();
  const os = nodeBuiltin('os');
  const features = {
    simd: hasSimd(),
    relaxedSimd: hasRelaxedSimd(),
    sharedMemory: hasSharedMemory(),
    webgpuInterface: navigator.gpu !== undefined,
  };
  if (isNode() && os !== undefined) {
    // availableMemory came with Node 20.13 and 22; it counts the container's limit.
    const available = (process as { availableMemory?: () => number }).availableMemory?.();
    return {
      runtime: 'node',
      runtimeVersion: process.version,
      platform: `${process.platform} ${process.arch}`,
      cpuModel: os.cpus()[0]?.model,
      cores: os.availableParallelism(),
      memoryBytes: os.totalmem(),
      availableMemoryBytes: available ?? os.freemem(),
      ...features,
    };
  }
  const gibibytes = navigator.deviceMemory;
  return {
    runtime: 'browser',
    runtimeVersion: navigator.userAgent ?? 'unknown',
    platform: navigator.platform ?? 'unknown',
    cpuModel: undefined,
    cores: navigator.hardwareConcurrency ?? 1,
    memoryBytes: gibibytes === undefined ? undefined : gibibytes * 2 ** 30,
    availableMemoryBytes: undefined,
    ...features,
  };
}
