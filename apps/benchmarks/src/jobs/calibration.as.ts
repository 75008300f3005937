// The port roofline of 128-bit arithmetic on this machine: independent multiplications and additions (or fused
// multiply-adds in the relaxed build) that keep every vector port busy and touch no memory.
import { madd, sumLanes } from '@prismamba/backend/assembly/simd-math';

/** Leaves the sum at `result`, so that nothing is optimised away. 12 multiplications and 12 additions (or 12 fused ones) on 12 independent vectors, `iterations` times. */
export function multiplyAdd(iterations: i32, factor: f32, result: usize): void {
  const m = f32x4.splat(factor);
  const a = f32x4.splat(1 - factor);
  let v0 = f32x4.splat(0.1);
  let v1 = f32x4.splat(0.2);
  let v2 = f32x4.splat(0.3);
  let v3 = f32x4.splat(0.4);
  let v4 = f32x4.splat(0.5);
  let v5 = f32x4.splat(0.6);
  let v6 = f32x4.splat(0.7);
  let v7 = f32x4.splat(0.8);
  let v8 = f32x4.splat(0.9);
  let v9 = f32x4.splat(1.1);
  let va = f32x4.splat(1.2);
  let vb = f32x4.splat(1.3);
  for (let i = 0; i < iterations; i++) {
    v0 = madd(v0, m, a);
    v1 = madd(v1, m, a);
    v2 = madd(v2, m, a);
    v3 = madd(v3, m, a);
    v4 = madd(v4, m, a);
    v5 = madd(v5, m, a);
    v6 = madd(v6, m, a);
    v7 = madd(v7, m, a);
    v8 = madd(v8, m, a);
    v9 = madd(v9, m, a);
    va = madd(va, m, a);
    vb = madd(vb, m, a);
  }
  const s = f32x4.add(
    f32x4.add(f32x4.add(v0, v1), f32x4.add(v2, v3)),
    f32x4.add(f32x4.add(v4, v5), f32x4.add(v6, v7)),
  );
  store<f32>(result, sumLanes(f32x4.add(s, f32x4.add(f32x4.add(v8, v9), f32x4.add(va, vb)))));
}
