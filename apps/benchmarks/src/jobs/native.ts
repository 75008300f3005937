import { startThreads } from '@prismamba/backend';
import { worstError } from '../scan-problem.js';
import { startBackend } from '../start-backend.js';
import * as tf from '@tensorflow/tfjs-core';
import { measureTogether, type JobResult } from './job-result.js';
import { resultsOf, runOf, scanCall, type ScanCall } from './scan-calls.js';
import type { ScanOperator } from './scan-names.js';

export interface NativeJob {
  readonly operator: ScanOperator;
  readonly direction: 'forward' | 'gradient';
  readonly length: number;
  readonly threads: number;
}

/** How far the three may be apart, of the largest value; the parallel scan adds in another order. */
const TOLERANCE = 1e-3;

/**
 * A scan on native TensorFlow, out of its own operators and by our kernels on copies, and on WASM, in turns in one process. `seconds`
 * are those on copies.
 */
export async function native({ operator, direction, length, threads }: NativeJob): Promise<JobResult> {
  try {
    await startBackend('tensorflow', { threads, probe: false });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(';')[0]! : String(error);
    return { seconds: NaN, cpuSeconds: NaN, note: `${reason}; node tools/build-tfjs-node.mjs builds it` };
  }
  const onTensorflow = scanCall(operator, length);
  const device = tf.backend() as unknown as { isUsingGpuDevice: boolean };
  if (device.isUsingGpuDevice) {
    return { seconds: NaN, cpuSeconds: NaN, note: 'native TensorFlow uses a GPU: no copies there' };
  }
  await startBackend('wasm', { threads });
  if (threads > 1) startThreads();
  const onWasm = scanCall(operator, length);

  /** On native TensorFlow; where it says that it uses a GPU, operators run composed. */
  const choose = async (backend: 'tensorflow' | 'wasm', composed: boolean) => {
    await tf.setBackend(backend);
    device.isUsingGpuDevice = composed;
  };
  const ways: Readonly<Record<'composed' | 'copies' | 'wasm', [() => Promise<void>, ScanCall]>> = {
    composed: [() => choose('tensorflow', true), onTensorflow],
    copies: [() => choose('tensorflow', false), onTensorflow],
    wasm: [() => choose('wasm', false), onWasm],
  };

  const values: Record<string, Float32Array[]> = {};
  for (const [name, [prepare, call]] of Object.entries(ways)) {
    await prepare();
    const results = resultsOf(call, direction);
    values[name] = (await Promise.all(results.map((t) => t.data()))) as Float32Array[];
    tf.dispose(results);
  }
  let error = 0;
  for (const name of ['composed', 'copies']) {
    for (const [i, wanted] of values['wasm']!.entries())
      error = Math.max(error, worstError(values[name]![i]!, Float64Array.from(wanted)));
  }
  if (!(error < TOLERANCE)) throw new Error(`native: ${operator}: results differ by ${error}`);

  const { composed, copies, wasm } = await measureTogether(
    Object.fromEntries(
      Object.entries(ways).map(([name, [prepare, call]]) => [name, { prepare, run: runOf(call, direction) }]),
    ) as Record<keyof typeof ways, { prepare: () => Promise<void>; run: () => Promise<void> }>,
  );
  return { ...copies, composedSeconds: composed.seconds, wasmSeconds: wasm.seconds, error };
}
