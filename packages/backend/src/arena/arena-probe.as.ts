// The smallest kernel: what the arena's tests run. y[i] = a * x[i] + y[i] over count floats (a multiple of 4).
import { madd } from '../assembly/simd-math.as';

export function axpy(count: usize, a: f32, x: usize, y: usize): void {
  const scale = f32x4.splat(a);
  for (let end = x + (count << 2); x < end; x += 16, y += 16) {
    v128.store(y, madd(scale, v128.load(x), v128.load(y)));
  }
}
