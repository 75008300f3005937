import {
  dispatch,
  dispatchEach,
  gpuLimits,
  joined,
  newArray,
  part,
  release,
  sizeOf,
  sumRows,
  type GpuLimits,
  type WebgpuBackend,
} from '@prismamba/backend/internal';
import type { Infos } from '@prismamba/core/operator';
import { registerInPieces } from '../webgpu/in-pieces.webgpu.js';
import { shortScanBackward, shortScanForward, SHARED_PER_STATE } from './short-scan-shaders.webgpu.js';
import { shortScanOperator, type ShortScanInputs } from './short-scan.operator.js';

/** Registers that the gradient takes for the states of a sequence. */
const TRAIL = 512;
/** Rows over which the weights' gradients are first summed; more of them keep more of the device busy. */
const MOST_ROWS = 512;

/** Invocations of the gradient's workgroup, 0 where not even a few of them have the memory that they share. */
function invocations(limits: GpuLimits, channels: number, states: number, length: number): number {
  const room = limits.maxComputeWorkgroupStorageSize;
  let size = Math.min(channels > 32 ? 64 : 32, limits.maxComputeInvocationsPerWorkgroup);
  while (size > 0 && SHARED_PER_STATE * states * (size + 2 * length) > room) size = Math.floor(size / 2);
  return size;
}

function sizesOf({ u, A, projected }: Infos<ShortScanInputs>, length: number) {
  const [tokens, channels] = u.shape as [number, number];
  const states = A.shape[1]!;
  const columns = projected.shape[1]!;
  return { tokens, channels, states, columns, sequences: tokens / length };
}

const parametersOf = (gpu: WebgpuBackend, { A, bias, skip }: Infos<ShortScanInputs>) =>
  joined(gpu, [A, bias, skip]);

registerInPieces(shortScanOperator, {
  outputRows: 'u',
  cut(inputs, { length }) {
    const { channels, columns, sequences } = sizesOf(inputs, length);
    return {
      rows: sequences,
      width: length * (4 * channels + columns), // the gradients of u, step, both and projected are one array
      kinds: { u: 'rows', step: 'rows', both: 'rows', projected: 'rows' },
    };
  },

  supports: ({ u, A }, limits, { length }) =>
    length * A.shape[1]! <= TRAIL && invocations(limits, u.shape[1]!, A.shape[1]!, length) > 0,

  forward(gpu, { inputs, attributes: { length } }) {
    const { tokens, channels, states, columns, sequences } = sizesOf(inputs, length);
    const { u, step, both, projected } = inputs;
    const y = newArray(gpu, [tokens, channels]);
    const params = parametersOf(gpu, inputs);
    dispatchEach(gpu, shortScanForward(states, length), {
      buffers: { u, step, both, projected, params, y },
      uniforms: { channels, columns },
      count: sequences * channels,
    });
    release(gpu, [params]);
    return { y };
  },

  backward(gpu, { inputs, upstream, attributes: { length } }) {
    const { tokens, channels, states, columns, sequences } = sizesOf(inputs, length);
    const { u, step, both, projected } = inputs;
    const limits = gpuLimits(gpu);
    const width = channels * (states + 2);
    const rows = Math.max(
      1,
      Math.min(MOST_ROWS, Math.floor(limits.maxStorageBufferBindingSize / (4 * width))),
    );
    const span = Math.ceil(sequences / rows);
    const groups = Math.ceil(sequences / span);
    const sums = joined(gpu, [groups * width]); // zeros
    const params = parametersOf(gpu, inputs);
    const results = newArray(gpu, [sizeOf(u) + sizeOf(step) + sizeOf(both) + sizeOf(projected)]);
    dispatch(gpu, shortScanBackward(states, length, invocations(limits, channels, states, length)), {
      buffers: { u, step, both, projected, params, dy: upstream.y, results, sums },
      uniforms: { channels, columns, sequences, span },
      groups,
    });
    const all = sumRows(gpu, sums, groups, width);
    const [one, two] = [tokens * channels, 2 * tokens * channels];
    const gradients = {
      u: part(gpu, results, 0, u.shape),
      step: part(gpu, results, one, step.shape),
      both: part(gpu, results, two, both.shape),
      projected: part(gpu, results, 2 * two, projected.shape),
      A: part(gpu, all, 0, [channels, states]),
      bias: part(gpu, all, channels * states, [channels]),
      skip: part(gpu, all, channels * (states + 1), [channels]),
    };
    release(gpu, [params, results, all]);
    return gradients;
  },
});
