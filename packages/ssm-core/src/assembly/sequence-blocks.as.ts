// Blocks of 4 channels of which the last may share channels with the one before, and groups of sequences.

const GROUP_TOKENS: i32 = 64;

@inline
export function bytes(floats: i32): usize {
  return (floats as usize) << 2;
}
@inline
export function vectors(count: i32): usize {
  return (count as usize) << 4;
}
export function blockCount(D: i32): i32 {
  return (D + 3) >> 2;
}
@inline
export function firstChannel(block: i32, D: i32): i32 {
  return min(block << 2, D - 4);
}

/** Ones in the lanes whose channels no earlier block has. */
export function ownLanes(block: i32, D: i32): v128 {
  const shared = i32x4.splat((block << 2) - firstChannel(block, D));
  return i32x4.ge_s(i32x4(0, 1, 2, 3), shared);
}
@inline
export function storeOwn(at: usize, value: v128, mask: v128): void {
  v128.store(at, v128.bitselect(value, v128.load(at), mask));
}

export function groupSequences(L: i32): i32 {
  return max(1, GROUP_TOKENS / L);
}
