import { startThreads, useRelaxedSimd } from '@prismamba/backend';
import { hasRelaxedSimd } from '@prismamba/backend/internal';
import { selectiveScan, ss2dScan, ssdScan } from '@prismamba/ssm-core';
import * as arrays from '@prismamba/ssm-core/arrays';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { jaxJsScan } from '../rivals/jax-js-scan.js';
import { onnxScan } from '../rivals/onnx-scan.js';
import { scanProblem, scanReference, units, worstError } from '../scan-problem.js';
import { measure, type JobResult } from './job-result.js';
import { threadsRan } from './threads-ran.js';
import { startBackend } from '../start-backend.js';

export interface ScanJob {
  readonly implementation:
    'simd' | 'relaxed' | 'webgpu' | 'arrays' | 'composed-cpu' | 'onnxruntime' | 'jax-js';
  readonly operator?: 'selectiveScan' | 'ss2dScan' | 'ssdScan';
  readonly direction?: 'forward' | 'gradient';
  readonly length: number;
  readonly threads?: number;
  readonly repeats?: number;
}

type Run = () => unknown;

/** Deterministic numbers for operators whose values do not matter here. */
const filled = (shape: number[], scale: number, offset = 0): tf.Tensor => {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < data.length; i++) data[i] = offset + scale * (((i * 7919) % 1000) / 500 - 1);
  return tf.tensor(data, shape);
};

/** One call (and, for `gradient`, the backward pass) of an operator on the current backend. */
function operatorRun(job: ScanJob): { run: Run; units: number } {
  const { operator = 'selectiveScan', direction = 'forward', length } = job;
  const [D, N] = [62, 16];
  let call: (...inputs: tf.Tensor[]) => tf.Tensor;
  let inputs: tf.Tensor[];
  let count: number;
  if (operator === 'selectiveScan') {
    const p = scanProblem(length, D, N);
    inputs = [
      tf.tensor3d(p.u, [1, D, length]),
      tf.tensor3d(p.delta, [1, D, length]),
      tf.tensor2d(p.A, [D, N]),
      tf.tensor4d(p.B, [1, 1, N, length]),
      tf.tensor4d(p.C, [1, 1, N, length]),
      tf.tensor1d(p.D),
      tf.tensor1d(p.deltaBias),
    ];
    call = (...t) => {
      const [u, delta, A, B, C, skip, deltaBias] = t as never[];
      const result = selectiveScan({
        u: u!,
        delta: delta!,
        A: A!,
        B: B!,
        C: C!,
        D: skip!,
        deltaBias: deltaBias!,
        deltaSoftplus: true,
      });
      result.lastState.dispose();
      return result.y;
    };
    count = units(p);
  } else if (operator === 'ss2dScan') {
    const side = Math.round(Math.sqrt(length));
    inputs = [
      filled([1, side, side, D], 1),
      filled([4, 2 + 2 * N, D], 0.2),
      filled([4, D, 2], 0.5),
      filled([4, D], 1, -3),
      filled([4 * D, N], 1.3, 1.3),
      filled([4 * D], 1),
    ];
    call = (...t) => {
      const [x, xProjWeight, dtProjsWeight, dtProjsBias, ALogs, Ds] = t as never[];
      return ss2dScan({
        x: x!,
        xProjWeight: xProjWeight!,
        dtProjsWeight: dtProjsWeight!,
        dtProjsBias: dtProjsBias!,
        ALogs: ALogs!,
        Ds: Ds!,
      });
    };
    count = 4 * side * side * D;
  } else {
    const [heads, P, states] = [8, 31, 8];
    inputs = [
      filled([1, length, heads, P], 1),
      filled([1, length, heads], 1, -2),
      filled([heads], 0.5, -1),
      filled([1, length, 4, states], 1),
      filled([1, length, 4, states], 1),
    ];
    call = (...t) => {
      const [x, dt, A, B, C] = t as never[];
      const result = ssdScan({ x: x!, dt: dt!, A: A!, B: B!, C: C!, dtSoftplus: true });
      result.finalStates.dispose();
      return result.y;
    };
    count = (length * heads * P * states) / 16;
  }
  const run =
    direction === 'forward'
      ? async () => {
          const y = tf.tidy(() => call(...inputs));
          await y.data();
          y.dispose();
        }
      : async () => {
          const gradients = tf.grads(call)(inputs);
          await gradients[0]!.data();
          tf.dispose(gradients);
        };
  return { run, units: count };
}

/** The same scan on plain arrays, copies in and out included. */
async function arraysScan(length: number, threads: number, repeats: number): Promise<JobResult> {
  arrays.setThreads(threads);
  const p = scanProblem(length);
  const [D, N] = [p.channels, p.states];
  const inputs = {
    u: { data: p.u, shape: [1, D, length] },
    delta: { data: p.delta, shape: [1, D, length] },
    A: { data: p.A, shape: [D, N] },
    B: { data: p.B, shape: [1, 1, N, length] },
    C: { data: p.C, shape: [1, 1, N, length] },
    D: { data: p.D, shape: [D] },
    deltaBias: { data: p.deltaBias, shape: [D] },
  };
  const run = () => arrays.selectiveScan(inputs, { deltaSoftplus: true }).y.data;
  const threadsRan = threads > 1 ? arrays.startThreads() : 1;
  const error = worstError(run(), scanReference(p));
  const timed = await measure(run, repeats);
  return { ...timed, error, threadsRan, nsPerUnit: (timed.cpuSeconds * 1e9) / units(p) };
}

export async function scan(job: ScanJob): Promise<JobResult> {
  const { implementation, length, threads = 1, repeats = 5 } = job;
  if (implementation === 'onnxruntime' || implementation === 'jax-js') {
    const problem = scanProblem(length);
    const rival = await (implementation === 'jax-js' ? jaxJsScan(problem) : onnxScan(problem, threads));
    if (rival === undefined) return { seconds: NaN, cpuSeconds: NaN, note: 'not installed' };
    const error = worstError(await rival(), scanReference(problem));
    const timed = await measure(rival, repeats);
    return { ...timed, error, nsPerUnit: (timed.cpuSeconds * 1e9) / units(problem) };
  }
  if (implementation === 'arrays') return arraysScan(length, threads, repeats);
  if (implementation === 'relaxed') {
    if (!hasRelaxedSimd()) return { seconds: NaN, cpuSeconds: NaN, note: 'this engine has no relaxed SIMD' };
    useRelaxedSimd(true);
  }
  const webgpu = implementation === 'webgpu';
  await startBackend(webgpu ? 'webgpu' : implementation === 'composed-cpu' ? 'cpu' : 'wasm', { threads });
  if (threads > 1) startThreads();
  const { run, units: count } = operatorRun(job);
  const timed = await measure(run, repeats);
  let error: number | undefined;
  if ((job.operator ?? 'selectiveScan') === 'selectiveScan' && (job.direction ?? 'forward') === 'forward') {
    const p = scanProblem(length);
    const { y, lastState } = selectiveScan({
      u: tf.tensor3d(p.u, [1, p.channels, length]),
      delta: tf.tensor3d(p.delta, [1, p.channels, length]),
      A: tf.tensor2d(p.A, [p.channels, p.states]),
      B: tf.tensor4d(p.B, [1, 1, p.states, length]),
      C: tf.tensor4d(p.C, [1, 1, p.states, length]),
      D: tf.tensor1d(p.D),
      deltaBias: tf.tensor1d(p.deltaBias),
      deltaSoftplus: true,
    });
    error = worstError(await y.data(), scanReference(p));
    tf.dispose([y, lastState]);
  }
  return {
    ...timed,
    ...(error !== undefined && { error }),
    threadsRan: threadsRan(),
    // A device works while the process waits.
    nsPerUnit: ((webgpu ? timed.seconds : timed.cpuSeconds) * 1e9) / count,
  };
}
