// Copies of runs of floats between tensors of different strides: slices, splits and concatenations along any axis,
// which TensorFlow.js's WASM backend does run by run in JavaScript. Memory: none. Passes: one.

/**
 * n0 x n1 x n2 runs of `run` bytes (a multiple of 4); f* and t* are the steps in bytes of the source and of the target.
 */
export function copyBlocks(
  from: usize, to: usize, run: usize,
  n0: i32, f0: usize, t0: usize, n1: i32, f1: usize, t1: usize, n2: i32, f2: usize, t2: usize,
): void {
  for (let i = 0; i < n0; i++) {
    let from1 = from, to1 = to;
    for (let j = 0; j < n1; j++) {
      let from2 = from1, to2 = to1;
      // A call of memory.copy costs more than a few moves.
      if (run <= 64) {
        for (let k = 0; k < n2; k++) {
          let at: usize = 0;
          for (; at + 16 <= run; at += 16) v128.store(to2 + at, v128.load(from2 + at));
          for (; at < run; at += 4) store<u32>(to2 + at, load<u32>(from2 + at));
          from2 += f2; to2 += t2;
        }
      } else {
        for (let k = 0; k < n2; k++) {
          memory.copy(to2, from2, run);
          from2 += f2; to2 += t2;
        }
      }
      from1 += f1; to1 += t1;
    }
    from += f0; to += t0;
  }
}
