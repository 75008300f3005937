// Causal convolution with SiLU over many short sequences (M3SR: four tokens a pixel), forward and backward. Token-major:
// [tokens, D], a sequence is L consecutive tokens.
//
// Method: vectors of 4 channels; the last block of a D that is no multiple of 4 begins at D - 4 and shares channels with
// the one before (forward: the same values twice; backward: those lanes are masked). All tokens of a sequence stay in
// L1. Limits: D >= 4, 32-bit byte offsets.
import { madd } from '@prismamba/backend/assembly/simd-math';
import { sigmoid } from '../assembly/exp2.as';
import { blockCount, bytes, firstChannel, groupSequences, ownLanes, vectors } from '../assembly/sequence-blocks.as';

/** Per block: K taps, bias. */
export function packBytes(D: i32, K: i32): i32 {
  return (blockCount(D) * (K + 1)) << 4;
}

/** weight [D, 1, K], bias [D]; `back`: from the pack to the plain arrays. */
export function packParameters(weight: usize, bias: usize, D: i32, K: i32, pack: usize, back: bool): void {
  for (let block = 0; block < blockCount(D); block++) {
    const at = pack + vectors(block * (K + 1));
    const first = firstChannel(block, D);
    for (let lane = back ? (block << 2) - first : 0; lane < 4; lane++) {
      for (let j = 0; j <= K; j++) {
        const plain = j < K ? weight + bytes((first + lane) * K + j) : bias + bytes(first + lane);
        const packed = at + vectors(j) + bytes(lane);
        if (back) store<f32>(plain, load<f32>(packed));
        else store<f32>(packed, load<f32>(plain));
      }
    }
  }
}

/** v_t = bias + sum_j w_j x_{t-K+1+j}; x begins at the sequence's first token, `row` bytes a token. */
@inline
function convolve(x: usize, row: usize, t: i32, K: i32, pack: usize): v128 {
  let sum = v128.load(pack + vectors(K));
  for (let j = max(0, K - 1 - t); j < K; j++) {
    sum = madd(v128.load(pack + vectors(j)), v128.load(x + ((t - K + 1 + j) as usize) * row), sum);
  }
  return sum;
}

/** u = SiLU(conv(x)): x rows of `row` bytes, u [tokens, D]. */
export function forward(
  x: usize,
  row: usize,
  u: usize,
  pack: usize,
  sequences: i32,
  L: i32,
  D: i32,
  K: i32,
  table: usize,
): void {
  for (let s = 0; s < sequences; s++) {
    for (let block = 0; block < blockCount(D); block++) {
      const first = bytes(firstChannel(block, D));
      const source = x + ((s * L) as usize) * row + first;
      const p = pack + vectors(block * (K + 1));
      for (let t = 0; t < L; t++) {
        const v = convolve(source, row, t, K, p);
        v128.store(u + bytes((s * L + t) * D) + first, f32x4.mul(v, sigmoid(v, table)));
      }
    }
  }
}

/** dx (rows of `row` bytes, must be 0 before), dPack: sums laid out as the pack (added to; 0 before). */
export function backward(
  x: usize,
  row: usize,
  du: usize,
  dx: usize,
  pack: usize,
  dPack: usize,
  sequences: i32,
  L: i32,
  D: i32,
  K: i32,
  scratch: usize,
  table: usize,
): void {
  const group = groupSequences(L);
  const one = f32x4.splat(1);
  for (let begin = 0; begin < sequences; begin += group) {
    const end = min(sequences, begin + group);
    for (let block = 0; block < blockCount(D); block++) {
      const first = bytes(firstChannel(block, D));
      const mask = ownLanes(block, D);
      const p = pack + vectors(block * (K + 1));
      memory.fill(scratch, 0, vectors(K + 1));
      for (let s = begin; s < end; s++) {
        const source = x + ((s * L) as usize) * row + first;
        const target = dx + ((s * L) as usize) * row + first;
        for (let t = 0; t < L; t++) {
          const v = convolve(source, row, t, K, p);
          const sig = sigmoid(v, table);
          // d SiLU = sigmoid(v) (1 + v (1 - sigmoid(v)))
          const slope = f32x4.mul(sig, madd(v, f32x4.sub(one, sig), one));
          const upstream = v128.and(v128.load(du + bytes((s * L + t) * D) + first), mask);
          const dv = f32x4.mul(upstream, slope);
          for (let j = max(0, K - 1 - t); j < K; j++) {
            const offset = ((t - K + 1 + j) as usize) * row;
            const tap = scratch + vectors(j);
            v128.store(tap, madd(dv, v128.load(source + offset), v128.load(tap)));
            v128.store(target + offset, madd(dv, v128.load(p + vectors(j)), v128.load(target + offset)));
          }
          const sum = scratch + vectors(K);
          v128.store(sum, f32x4.add(v128.load(sum), dv));
        }
      }
      const total = dPack + vectors(block * (K + 1));
      for (let j = 0; j <= K; j++) {
        const at = total + vectors(j);
        v128.store(at, f32x4.add(v128.load(at), v128.load(scratch + vectors(j))));
      }
    }
  }
}
