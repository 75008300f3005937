// Selective scan with skip and gate over many short sequences (M3SR: four tokens a pixel), forward and backward.
// Token-major: [tokens, D], a sequence is L consecutive tokens.
//
// Method: vectors of 4 channels; the last block of a D that is no multiple of 4 begins at D - 4 and shares channels with
// the one before (forward: the same values twice; backward: those lanes are masked). All tokens of a sequence stay in
// L1. The backward pass computes everything again from its inputs; sums over tokens are taken in groups of 64.
// Memory: scratch for 64 tokens. Limits: D >= 4, N a multiple of 4, 32-bit byte offsets.
import { madd, sumLanes } from '@prismamba/backend/assembly/simd-math';
import { sigmoid, softplus, splat, TABLE_LN2, TABLE_LOG2E } from '../assembly/exp2.as';
import { backwardBlock, forwardBlock } from '../assembly/scan-core.as';
import { blockCount, bytes, firstChannel, groupSequences, ownLanes, storeOwn, vectors } from '../assembly/sequence-blocks.as';

/** Per block: A2 [N], bias, skip. */
export function packBytes(D: i32, N: i32): i32 {
  return (blockCount(D) * (N + 2)) << 4;
}

/** Bytes of scratch of the scan, whatever the number of sequences. */
export function scratchBytes(L: i32, N: i32): i32 {
  const group = groupSequences(L) * L;
  return (7 * L + 4 * N + 4 * (L + 1) + 4 * L + 2 * group * N) << 4;
}

/** A2 = A log2(e) of A [D, N], bias [D], skip [D]; `back`: sums of the gradients to the plain arrays, unscaled. */
export function packParameters(
  A: usize,
  bias: usize,
  skip: usize,
  D: i32,
  N: i32,
  pack: usize,
  table: usize,
  back: bool,
): void {
  const scale = load<f32>(table + TABLE_LOG2E);
  for (let block = 0; block < blockCount(D); block++) {
    const at = pack + vectors(block * (N + 2));
    const first = firstChannel(block, D);
    for (let lane = back ? (block << 2) - first : 0; lane < 4; lane++) {
      const channel = first + lane;
      for (let n = 0; n < N; n++) {
        const plain = A + bytes(channel * N + n);
        const packed = at + vectors(n) + bytes(lane);
        if (back) store<f32>(plain, load<f32>(packed));
        else store<f32>(packed, load<f32>(plain) * scale);
      }
      const sums = at + vectors(N) + bytes(lane);
      if (back) {
        store<f32>(bias + bytes(channel), load<f32>(sums));
        store<f32>(skip + bytes(channel), load<f32>(sums, 16));
      } else {
        store<f32>(sums, load<f32>(bias + bytes(channel)));
        store<f32>(sums, load<f32>(skip + bytes(channel)), 16);
      }
    }
  }
}

/** raw = step + bias, dt = softplus(raw), du = dt u, y = skip u of one sequence and block. */
function prepare(
  u: usize,
  step: usize,
  row: usize,
  p: usize,
  L: i32,
  N: i32,
  raw: usize,
  dt: usize,
  du: usize,
  y: usize,
  table: usize,
): void {
  const bias = v128.load(p + vectors(N));
  const skip = v128.load(p + vectors(N), 16);
  for (let t = 0; t < L; t++) {
    const at = vectors(t);
    const input = v128.load(u + (t as usize) * row);
    const value = f32x4.add(v128.load(step + (t as usize) * row), bias);
    const delta = softplus(value, table);
    v128.store(raw + at, value);
    v128.store(dt + at, delta);
    v128.store(du + at, f32x4.mul(delta, input));
    v128.store(y + at, f32x4.mul(skip, input));
  }
}

/**
 * y = (scan + skip u) SiLU(z). u, step, y: [tokens, D]; z: rows of zRow bytes; B (C follows after N floats): rows of
 * matrixRow bytes.
 */
export function forward(
  u: usize,
  step: usize,
  z: usize,
  zRow: usize,
  B: usize,
  matrixRow: usize,
  y: usize,
  pack: usize,
  sequences: i32,
  L: i32,
  D: i32,
  N: i32,
  scratch: usize,
  table: usize,
): void {
  const row = bytes(D);
  const raw = scratch;
  const dt = raw + vectors(L);
  const du = dt + vectors(L);
  const out = du + vectors(L);
  const h = out + vectors(L);
  for (let s = 0; s < sequences; s++) {
    const token = (s * L) as usize;
    const matrices = B + token * matrixRow;
    for (let block = 0; block < blockCount(D); block++) {
      const first = bytes(firstChannel(block, D));
      const p = pack + vectors(block * (N + 2));
      prepare(u + token * row + first, step + token * row + first, row, p, L, N, raw, dt, du, out, table);
      memory.fill(h, 0, vectors(N));
      forwardBlock(L, N, dt, du, out, matrices, matrices + bytes(N), matrixRow, p, h, table);
      for (let t = 0; t < L; t++) {
        const gate = v128.load(z + (token + t) * zRow + first);
        const open = f32x4.mul(gate, sigmoid(gate, table));
        v128.store(y + (token + t) * row + first, f32x4.mul(v128.load(out + vectors(t)), open));
      }
    }
  }
}

/**
 * dU, dStep: [tokens, D]; dZ: rows of zRow bytes; dB (dC after N floats): rows of matrixRow bytes; dPack: sums laid out
 * as the pack, with dA itself in place of A2 (added to; 0 before). With y' the ungated output and g the upstream:
 *
 *   dz = g y' SiLU'(z);  dy' = g SiLU(z);  du = skip dy' + dt d(dt u);  d(dt) = u d(dt u) + ...;  dskip = sum dy' u
 *   dstep = d(dt) softplus'(raw);  dbias = sum dstep
 */
export function backward(
  u: usize,
  step: usize,
  z: usize,
  zRow: usize,
  B: usize,
  matrixRow: usize,
  g: usize,
  pack: usize,
  dU: usize,
  dStep: usize,
  dZ: usize,
  dB: usize,
  dPack: usize,
  sequences: i32,
  L: i32,
  D: i32,
  N: i32,
  scratch: usize,
  table: usize,
): void {
  const row = bytes(D);
  const group = groupSequences(L);
  const raw = scratch;
  const dt = raw + vectors(L);
  const du = dt + vectors(L);
  const out = du + vectors(L);
  const dOut = out + vectors(L);
  const ddt = dOut + vectors(L);
  const ddu = ddt + vectors(L); // ddt and ddu lie side by side
  const h = ddu + vectors(L);
  const start = h + vectors(N);
  const dState = start + vectors(N);
  const dA = dState + vectors(N);
  const trail = dA + vectors(N);
  const decays = trail + vectors(4 * (L + 1));
  const sumsB = decays + vectors(4 * L);
  const sumsC = sumsB + vectors(group * L * N);
  const one = f32x4.splat(1);
  const ln2 = splat(table, TABLE_LN2);
  memory.fill(start, 0, vectors(N));
  for (let begin = 0; begin < sequences; begin += group) {
    const end = min(sequences, begin + group);
    memory.fill(sumsB, 0, vectors(2 * group * L * N));
    for (let block = 0; block < blockCount(D); block++) {
      const first = bytes(firstChannel(block, D));
      const mask = ownLanes(block, D);
      const p = pack + vectors(block * (N + 2));
      const skip = v128.load(p + vectors(N), 16);
      let biasSum = f32x4.splat(0);
      let skipSum = f32x4.splat(0);
      memory.fill(dA, 0, vectors(N));
      for (let s = begin; s < end; s++) {
        const token = (s * L) as usize;
        const matrices = B + token * matrixRow;
        const input = u + token * row + first;
        prepare(input, step + token * row + first, row, p, L, N, raw, dt, du, out, table);
        memory.fill(h, 0, vectors(N));
        forwardBlock(L, N, dt, du, out, matrices, matrices + bytes(N), matrixRow, p, h, table);
        for (let t = 0; t < L; t++) {
          const gate = v128.load(z + (token + t) * zRow + first);
          const sig = sigmoid(gate, table);
          const upstream = v128.and(v128.load(g + (token + t) * row + first), mask);
          v128.store(dOut + vectors(t), f32x4.mul(upstream, f32x4.mul(gate, sig)));
          const slope = f32x4.mul(sig, madd(gate, f32x4.sub(one, sig), one));
          const dGate = f32x4.mul(f32x4.mul(upstream, v128.load(out + vectors(t))), slope);
          storeOwn(dZ + (token + t) * zRow + first, dGate, mask);
        }
        memory.fill(ddt, 0, vectors(2 * L));
        memory.fill(dState, 0, vectors(N));
        const cell = vectors((s - begin) * L * N);
        backwardBlock(
          L, N, dt, du, dOut, matrices, matrices + bytes(N), matrixRow, p, start, dState, dA, ddt, ddu,
          sumsB + cell, sumsC + cell, trail, decays, table,
        );
        for (let t = 0; t < L; t++) {
          const at = vectors(t);
          const value = v128.load(input + (t as usize) * row);
          const dy = v128.load(dOut + at);
          const drive = v128.load(ddu + at);
          const dInput = madd(drive, v128.load(dt + at), f32x4.mul(skip, dy));
          const dDelta = madd(v128.load(ddt + at), ln2, f32x4.mul(drive, value));
          const dRaw = f32x4.mul(dDelta, sigmoid(v128.load(raw + at), table));
          biasSum = f32x4.add(biasSum, dRaw);
          skipSum = madd(dy, value, skipSum);
          const to = (token + t) * row + first;
          storeOwn(dU + to, dInput, mask);
          storeOwn(dStep + to, dRaw, mask);
        }
      }
      const total = dPack + vectors(block * (N + 2));
      for (let n = 0; n < N; n++) {
        const at = total + vectors(n);
        v128.store(at, f32x4.add(v128.load(at), v128.load(dA + vectors(n))));
      }
      const sums = total + vectors(N);
      v128.store(sums, f32x4.add(v128.load(sums), biasSum));
      v128.store(sums, f32x4.add(v128.load(sums, 16), skipSum), 16);
    }
    for (let i = 0; i < (end - begin) * L; i++) {
      const to = dB + ((begin * L + i) as usize) * matrixRow;
      for (let n = 0; n < N; n++) {
        store<f32>(to + bytes(n), sumLanes(v128.load(sumsB + vectors(i * N + n))));
        store<f32>(to + bytes(N + n), sumLanes(v128.load(sumsC + vectors(i * N + n))));
      }
    }
  }
}
