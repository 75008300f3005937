// Batched matrix products with either factor transposed, for TensorFlow.js's WASM backend, whose fast path (XNNPACK)
// covers one untransposed product only: everything else is a scalar loop there.
//
// Method: 256 rows of b at a time are packed to a multiple of 4 columns; 4 rows of the result by 8 columns stay in
// registers over these rows. Memory: the packed rows, and the padded result when there is more than one pack.
// Passes: a and b once (a once for each 8 columns, from L1 or L2).
import { block4x4, block4x8 } from '../assembly/matrix-blocks.as';

const packRows: i32 = 256;

/**
 * c[batch][m][n] = sum_k A[m][k] B[k][n], with A = a or its transpose. A batch step of 0 repeats one factor.
 * `pack` holds min(k, 256) * pad4(n) floats; `sums` holds (k <= 256 ? 4 : pad4(m)) * pad4(n) floats.
 */
export function matMul(
  a: usize, b: usize, c: usize, pack: usize, sums: usize,
  batch: i32, m: i32, n: i32, k: i32, aBatchStep: usize, bBatchStep: usize, transposeA: i32, transposeB: i32,
): void {
  const nPad = (n + 3) & ~3, rowBytes = <usize>nPad * 4;
  const onePack = k <= packRows;
  const aRow = transposeA ? <usize>4 : <usize>k * 4;
  const aStep = transposeA ? <usize>m * 4 : <usize>4;
  for (let item = 0; item < batch; item++) {
    if (!onePack) memory.fill(sums, 0, <usize>((m + 3) & ~3) * rowBytes);
    for (let from = 0; from < k; from += packRows) {
      const count = min(packRows, k - from);
      packB(b, pack, from, count, n, nPad, k, transposeB);
      const aFrom = a + <usize>from * aStep;
      for (let row = 0; row < m; row += 4) {
        // Rows beyond the last repeat it; their sums are not used.
        const last = m - 1;
        const a0 = aFrom + <usize>row * aRow, a1 = aFrom + <usize>min(row + 1, last) * aRow;
        const a2 = aFrom + <usize>min(row + 2, last) * aRow, a3 = aFrom + <usize>min(row + 3, last) * aRow;
        const sumRow = onePack ? sums : sums + <usize>row * rowBytes;
        if (onePack) memory.fill(sums, 0, 4 * rowBytes);
        let column = 0;
        for (; column + 8 <= nPad; column += 8) {
          const at = <usize>column * 4;
          block4x8(a0, a1, a2, a3, aStep, pack + at, rowBytes, count, sumRow + at, rowBytes);
        }
        if (column < nPad) {
          const at = <usize>column * 4;
          block4x4(a0, a1, a2, a3, aStep, pack + at, rowBytes, count, sumRow + at, rowBytes);
        }
        if (onePack) unpad(sums, c + <usize>row * <usize>n * 4, min(4, m - row), n, rowBytes);
      }
    }
    if (!onePack) unpad(sums, c, m, n, rowBytes);
    a += aBatchStep; b += bBatchStep; c += <usize>m * <usize>n * 4;
  }
}

function packB(b: usize, pack: usize, from: i32, count: i32, n: i32, nPad: i32, k: i32, transposeB: i32): void {
  memory.fill(pack, 0, <usize>(count * nPad) * 4);
  for (let i = 0; i < count; i++) {
    let out = pack + <usize>(i * nPad) * 4;
    if (!transposeB) {
      memory.copy(out, b + <usize>(from + i) * <usize>n * 4, <usize>n * 4);
      continue;
    }
    let p = b + <usize>(from + i) * 4;
    for (let j = 0; j < n; j++) {
      store<f32>(out, load<f32>(p));
      out += 4; p += <usize>k * 4;
    }
  }
}

function unpad(from: usize, to: usize, rows: i32, n: i32, rowBytes: usize): void {
  for (let i = 0; i < rows; i++) memory.copy(to + <usize>i * <usize>n * 4, from + <usize>i * rowBytes, <usize>n * 4);
}
