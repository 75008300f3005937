/** Smallest modules that use one feature each; validating them starts nothing and allocates nothing. */
const header = [0, 97, 115, 109, 1, 0, 0, 0];

/** (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt) */
const simdModule = [
  ...header,
  1,
  5,
  1,
  96,
  0,
  1,
  123,
  3,
  2,
  1,
  0,
  10,
  10,
  1,
  8,
  0,
  65,
  0,
  253,
  15,
  253,
  98,
  11,
];

/** The same with i8x16.relaxed_swizzle of two splats. */
const relaxedSimdModule = [
  ...header,
  ...[1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11],
];

function validates(bytes: readonly number[]): boolean {
  return typeof WebAssembly !== 'undefined' && WebAssembly.validate(new Uint8Array(bytes));
}

/** 128-bit SIMD, which every kernel of Prismamba needs. */
export function hasSimd(): boolean {
  return validates(simdModule);
}

/** Relaxed SIMD (fused multiply-add); on by default from Node 22. */
export function hasRelaxedSimd(): boolean {
  return validates(relaxedSimdModule);
}

/** WebAssembly memory that threads can share; browsers allow it on cross-origin isolated pages only. */
export function hasSharedMemory(): boolean {
  if (typeof SharedArrayBuffer === 'undefined' || typeof WebAssembly === 'undefined') return false;
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    return memory.buffer instanceof SharedArrayBuffer;
  } catch {
    return false;
  }
}
