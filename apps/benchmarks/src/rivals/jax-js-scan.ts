import type { ScanProblem } from '../scan-problem.js';
import { loadRival } from './rival-modules.js';

/** What is used of `@jax-js/jax` (arrays are consumed by the operation that takes them; `ref` keeps one). */
interface JaxArray {
  readonly ref: JaxArray;
  add(other: JaxArray | number): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  slice(...index: unknown[]): JaxArray;
  reshape(shape: number[]): JaxArray;
  data(): Promise<Float32Array>;
  dispose(): void;
}
interface Jax {
  init(...devices: string[]): Promise<string[]>;
  defaultDevice(device: string): void;
  jit<F>(f: F): F;
  numpy: {
    array(data: Float32Array, options?: object): JaxArray;
    exp(x: JaxArray): JaxArray;
    concatenate(parts: JaxArray[], axis: number): JaxArray;
    sum(x: JaxArray, axis: number): JaxArray;
  };
  nn: { softplus(x: JaxArray): JaxArray };
}

/**
 * The selective scan in jax-js on its WASM backend. This version has no `lax.scan`, so it is the parallel scan of
 * Hillis and Steele in array operations: log2(L) passes over [N, D, L], each jitted.
 */
export async function jaxJsScan(problem: ScanProblem): Promise<(() => Promise<Float32Array>) | undefined> {
  const jax = await loadRival<Jax>('@jax-js/jax');
  if (jax === undefined) return undefined;
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  const { numpy: np } = jax;
  const { length: L, channels: D, states: N } = problem;
  const array = (data: Float32Array, shape: number[]) => np.array(data).reshape(shape);

  const factors = jax.jit((delta: JaxArray, bias: JaxArray, A: JaxArray) =>
    np.exp(jax.nn.softplus(delta.add(bias)).reshape([1, D, L]).mul(A)),
  );
  const drive = jax.jit((delta: JaxArray, bias: JaxArray, u: JaxArray, B: JaxArray) =>
    jax.nn.softplus(delta.add(bias)).mul(u).reshape([1, D, L]).mul(B),
  );
  const output = jax.jit((h: JaxArray, C: JaxArray, u: JaxArray, skip: JaxArray) =>
    np.sum(h.mul(C), 0).add(u.mul(skip)),
  );
  const levels: { h: (a: JaxArray, h: JaxArray) => JaxArray; a: (a: JaxArray) => JaxArray }[] = [];
  for (let step = 1; step < L; step *= 2) {
    const head = [[], [], [0, step]] as const;
    const tail = [[], [], [step, L]] as const;
    const before = [[], [], [0, L - step]] as const;
    levels.push({
      h: jax.jit((a: JaxArray, h: JaxArray) =>
        np.concatenate(
          [h.ref.slice(...head), h.ref.slice(...tail).add(a.slice(...tail).mul(h.slice(...before)))],
          2,
        ),
      ),
      a: jax.jit((a: JaxArray) =>
        np.concatenate([a.ref.slice(...head), a.ref.slice(...tail).mul(a.slice(...before))], 2),
      ),
    });
  }
  const transposedA = new Float32Array(N * D);
  for (let d = 0; d < D; d++) for (let n = 0; n < N; n++) transposedA[n * D + d] = problem.A[d * N + n]!;

  return async () => {
    const u = array(problem.u, [D, L]);
    const delta = array(problem.delta, [D, L]);
    const bias = array(problem.deltaBias, [D, 1]);
    let a = factors(delta.ref, bias.ref, array(transposedA, [N, D, 1]));
    let h = drive(delta, bias, u.ref, array(problem.B, [N, 1, L]));
    for (const level of levels) {
      h = level.h(a.ref, h);
      a = level.a(a);
    }
    a.dispose();
    return output(h, array(problem.C, [N, 1, L]), u, array(problem.D, [D, 1])).data();
  };
}
