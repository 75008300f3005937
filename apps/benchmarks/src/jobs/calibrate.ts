import { useRelaxedSimd } from '@prismamba/backend';
import { hasRelaxedSimd, kernelLaunchers } from '@prismamba/backend/internal';
import { calibrationKernel as kernel } from '../generated/calibration.wasm.js';
import { measure, type JobResult } from './job-result.js';

/**
 * 128-bit arithmetic instructions of one unit (a token x a channel x 16 states), a quarter of what 4 channels take:
 * an exponential (multiply, clamp, three roundings, 5 multiplications and additions, shift, integer addition), the state
 * update (2 multiplications, 1 addition) and the product with C (1, 1) for each state; softplus about 40 once.
 */
const INSTRUCTIONS = { simd: (16 * 22 + 40) / 4, relaxed: (16 * 15 + 28) / 4 };

/** The port roofline: nanoseconds a unit would take if every vector port were busy with nothing else. */
export async function calibrate({ relaxed = false }: { relaxed?: boolean }): Promise<JobResult> {
  if (relaxed && !hasRelaxedSimd()) {
    return { seconds: NaN, cpuSeconds: NaN, note: 'this engine has no relaxed SIMD' };
  }
  if (relaxed) useRelaxedSimd(true);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { multiplyAdd } = kernelLaunchers({ memory }, kernel);
  const iterations = 4_000_000;
  const timed = await measure(() => multiplyAdd({ iterations, factor: 0.999, result: 16 }), 7, 2);
  const perIteration = relaxed ? 12 : 24;
  const instructionsPerNs = (iterations * perIteration) / (timed.cpuSeconds * 1e9);
  const instructions = relaxed ? INSTRUCTIONS.relaxed : INSTRUCTIONS.simd;
  return {
    ...timed,
    instructionsPerNs,
    instructionsPerUnit: instructions,
    nsPerUnit: instructions / instructionsPerNs,
  };
}
