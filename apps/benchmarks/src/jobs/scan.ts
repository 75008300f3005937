import { startThreads, useRelaxedSimd } from '@prismamba/backend';
import { hasRelaxedSimd } from '@prismamba/backend/internal';
import { selectiveScan } from '@prismamba/ssm-core';
import * as arrays from '@prismamba/ssm-core/arrays';
import * as tf from '@tensorflow/tfjs-core';
import { jaxJsScan } from '../rivals/jax-js-scan.js';
import { onnxScan } from '../rivals/onnx-scan.js';
import { scanProblem, scanReference, units, worstError } from '../scan-problem.js';
import { measure, type JobResult } from './job-result.js';
import { runOf, scanCall } from './scan-calls.js';
import type { ScanOperator } from './scan-names.js';
import { threadsRan } from './threads-ran.js';
import { startBackend } from '../start-backend.js';

export interface ScanJob {
  readonly implementation:
    | 'simd'
    | 'relaxed'
    | 'webgpu'
    | 'arrays'
    | 'composed-cpu'
    | 'onnxruntime'
    | 'jax-js';
  readonly operator?: ScanOperator;
  readonly direction?: 'forward' | 'gradient';
  readonly length: number;
  readonly threads?: number;
  readonly repeats?: number;
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
  const call = scanCall(job.operator ?? 'selectiveScan', length);
  const run = runOf(call, job.direction ?? 'forward');
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
    nsPerUnit: ((webgpu ? timed.seconds : timed.cpuSeconds) * 1e9) / call.units,
  };
}
