import { withOptimizingCompiler } from '../optimizing-compiler.js';
import { sharedState } from '../shared-state.js';
import { hasRelaxedSimd, hasSimd } from '../wasm-features.js';
import type { WasmArena } from './wasm-arena.js';

/** A WebAssembly function on numbers. Pointers and lengths are numbers of bytes and of elements. */
export type KernelFunction = (...args: number[]) => number;

/** A type of AssemblyScript that a kernel's parameter may have; `usize` is a pointer or a number of bytes. */
export type ParameterType = 'usize' | 'i32' | 'f32' | 'bool';

/** A function of a kernel: its parameters in their order. */
export interface KernelSignature {
  readonly parameters: Readonly<Record<string, ParameterType>>;
  readonly result: ParameterType | 'void';
}

/** A SIMD kernel as `tools/build-kernels.mjs` writes it: its functions, and its bytes. */
export interface KernelModule {
  readonly name: string;
  readonly functions: Readonly<Record<string, KernelSignature>>;
  readonly base64: string;
  /** The same built with relaxed SIMD (fused multiply-add); used after `useRelaxedSimd(true)` only. */
  readonly relaxedBase64?: string;
}

export type FunctionName<M extends KernelModule> = keyof M['functions'] & string;

/** The arguments of a kernel's function by name, as its AssemblyScript source names them. */
export type KernelArguments<S extends KernelSignature> = {
  readonly [P in keyof S['parameters']]: S['parameters'][P] extends 'bool' ? boolean : number;
};

/** A kernel's functions with named arguments. */
export type KernelLaunchers<M extends KernelModule> = {
  readonly [F in keyof M['functions']]: (
    args: KernelArguments<M['functions'][F]>,
  ) => M['functions'][F]['result'] extends 'void' ? void : number;
};

/** The same as WebAssembly exports them, with arguments by position. */
export type KernelExports<Names extends string> = Readonly<Record<Names, KernelFunction>>;

const state = /* @__PURE__ */ sharedState('kernels', () => ({
  relaxed: false,
  instances: new WeakMap<WebAssembly.Memory, Map<string, Instance>>(),
}));

/**
 * Chooses between the SIMD128 build (default: same bits on every machine) and the relaxed SIMD build (faster, results
 * differ in the last bits between CPUs). Takes effect for later calls. Throws where relaxed SIMD is not available.
 */
export function useRelaxedSimd(enabled: boolean): void {
  if (enabled && !hasRelaxedSimd()) {
    throw new Error(
      'useRelaxedSimd: this JavaScript engine has no relaxed SIMD. Node 22 and later and current browsers have it; Node 20 needs --experimental-wasm-relaxed-simd.',
    );
  }
  state.relaxed = enabled;
}

/** Whether kernels run in their relaxed SIMD build. */
export function usesRelaxedSimd(): boolean {
  return state.relaxed;
}

interface Instance {
  readonly functions: KernelExports<string>;
  readonly launchers: Readonly<Record<string, (args: NamedArguments) => number>>;
}

type NamedArguments = Readonly<Record<string, number | boolean>>;

/** A kernel on an arena's memory: compiled and instantiated once per memory and build. */
function instanceOf(arena: Pick<WasmArena, 'memory'>, module: KernelModule): Instance {
  const { instances, relaxed } = state;
  const byKey = instances.get(arena.memory) ?? new Map<string, Instance>();
  instances.set(arena.memory, byKey);
  const key = `${module.name}/${relaxed ? 'relaxed' : 'simd'}`;
  const known = byKey.get(key);
  if (known !== undefined) return known;
  const { exports } = new WebAssembly.Instance(compileKernel(module, isShared(arena.memory)), {
    env: { memory: arena.memory },
  });
  const names = Object.keys(module.functions);
  const missing = names.filter((name) => typeof exports[name] !== 'function');
  if (missing.length > 0) {
    throw new Error(
      `kernelLaunchers: module '${module.name}' does not export ${missing.join(', ')}; run npm run kernels`,
    );
  }
  const functions = Object.fromEntries(names.map((name) => [name, exports[name] as KernelFunction]));
  const launchers = Object.fromEntries(
    names.map((name) => {
      const call = functions[name]!;
      const order = parameterOrder(module, name);
      return [name, (args: NamedArguments) => call(...positional(order, args))];
    }),
  );
  const instance = { functions, launchers };
  byKey.set(key, instance);
  return instance;
}

/** The names of a function's parameters in their order. */
export function parameterOrder(module: KernelModule, name: string): readonly string[] {
  return Object.keys(module.functions[name]!.parameters);
}

/** Arguments by position; one that is not there is 0. */
export function positional(order: readonly string[], args: NamedArguments): number[] {
  const list = new Array<number>(order.length);
  for (let i = 0; i < order.length; i++) list[i] = Number(args[order[i]!] ?? 0);
  return list;
}

/**
 * The functions of a kernel on an arena's memory, with named arguments: `run.forward({ x, out, first, end, ... })`. The
 * compiler knows the names and types from the kernel's AssemblyScript source.
 */
export function kernelLaunchers<M extends KernelModule>(
  arena: Pick<WasmArena, 'memory'>,
  module: M,
): KernelLaunchers<M> {
  return instanceOf(arena, module).launchers as KernelLaunchers<M>;
}

/** The functions of a kernel on an arena's memory, with arguments by position. */
export function kernelFunctions<M extends KernelModule>(
  arena: Pick<WasmArena, 'memory'>,
  module: M,
): KernelExports<FunctionName<M>> {
  return instanceOf(arena, module).functions;
}

/** Compiles the chosen build of a kernel, for a memory of its own or for a shared one. */
export function compileKernel(module: KernelModule, shared: boolean): WebAssembly.Module {
  if (!hasSimd()) {
    throw new Error(
      `compileKernel: '${module.name}' needs WebAssembly SIMD, which this engine lacks. Use the 'cpu' or 'webgl' backend, or a newer browser.`,
    );
  }
  const bytes = kernelBytes(module, shared);
  return withOptimizingCompiler(() => new WebAssembly.Module(bytes));
}

/** The bytes that {@link compileKernel} compiles: the chosen build, for a memory of its own or for a shared one. */
export function kernelBytes(module: KernelModule, shared: boolean): Uint8Array<ArrayBuffer> {
  const base64 = state.relaxed ? (module.relaxedBase64 ?? module.base64) : module.base64;
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  return shared ? importSharedMemory(bytes) : bytes;
}

/** Whether threads can work on this memory. */
export function isShared(memory: WebAssembly.Memory): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
}

/**
 * Rewrites the module's memory import (min pages, no maximum) as a shared memory of up to 65,536 pages, which is all
 * that distinguishes the two kinds of module. Import section (id 2): count 1, module name, field name, kind 2, limits.
 */
export function importSharedMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const importSection = 2;
  for (let at = 8; at < bytes.length;) {
    const id = bytes[at];
    const size = readLeb(bytes, at + 1);
    const end = size.next + size.value;
    if (id === importSection) {
      const moduleName = readLeb(bytes, size.next + 1);
      const fieldName = readLeb(bytes, moduleName.next + moduleName.value);
      const kind = fieldName.next + fieldName.value;
      const names = bytes.subarray(size.next, kind + 1);
      const minimum = readLeb(bytes, kind + 2);
      const limits = [0x03, ...bytes.subarray(kind + 2, minimum.next), 0x80, 0x80, 0x04];
      const section = [importSection, names.length + limits.length, ...names, ...limits];
      return new Uint8Array([...bytes.subarray(0, at), ...section, ...bytes.subarray(end)]);
    }
    at = end;
  }
  throw new Error('importSharedMemory: the module has no import section');
}

function readLeb(bytes: Uint8Array, start: number): { value: number; next: number } {
  let value = 0;
  for (let at = start, shift = 0; ; at++, shift += 7) {
    const byte = bytes[at];
    if (byte === undefined) throw new Error('importSharedMemory: the module is truncated');
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value, next: at + 1 };
  }
}
