import {
  dispatch,
  dispatchEach,
  gpuLimits,
  joined,
  newArray,
  part as partOf,
  registerWebgpu,
  release,
  sizeOf,
  sumRows,
  type EachShader,
  type GpuLimits,
  type WebgpuBackend,
} from '@prismamba/backend/internal';
import type { Infos } from '@prismamba/core/operator';
import type * as tf from '@tensorflow/tfjs-core';
import { carryStates, type StateDecay } from '../webgpu/carry-states.webgpu.js';
import { cutTensor, runsOf, together, zeros } from '../webgpu/scan-call.webgpu.js';
import { ssdScanOperator, type SsdScanAttributes, type SsdScanInputs } from './ssd-scan.operator.js';
import {
  ssdGradients,
  ssdGradientSummaries,
  ssdMatrixGradients,
  ssdOutputs,
  ssdSummaries,
  type SsdConstants,
} from './ssd-shaders.webgpu.js';

/**
 * SSD in WGSL, in the matrix form of Dao and Gu 2024, section 6, with chunks of T tokens: states that chunks add, the scan over
 * them, outputs. Memory beside inputs and outputs: copies of B and C, P N / T floats a head and token of states; the gradient has
 * dB and dC of every head before it adds up those of a group. Samples that do not fit into one binding together are cut into runs.
 *
 * For the S of B samples in a run: x, y and dy [S, L, H, P], dt [S, L, H], matrices B then C [2, S, L, G, N], params A [H], bias [H] and D
 * [H, P]; states and arriving [S, H, chunks, P, N]; `results` of the first gradient dx [S, L, H, P], ddt [S, L, H] and rows of dA [H],
 * dbias [H] and dD [H, P], [S chunks, H (P + 2)]; of the second dB then dC of every head, [2, S, L, H, N].
 */

/** Tokens of a chunk and invocations a token, as far as a workgroup's memory and size go; 0 tokens: not at all. */
function tiles({ maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup }: GpuLimits) {
  for (let tokens = 32; tokens >= 1; tokens /= 2) {
    const lanes = Math.min(4, Math.floor(maxComputeInvocationsPerWorkgroup / tokens));
    const bytes = 4 * (2 * tokens * tokens + 9 * tokens + 3 * lanes * tokens);
    if (lanes >= 1 && bytes <= maxComputeWorkgroupStorageSize) return { tokens, lanes };
  }
  return { tokens: 0, lanes: 0 };
}

/** Whether one token's numbers fit into a workgroup's memory. */
export const ssdFits = (limits: GpuLimits): boolean => tiles(limits).tokens >= 1;

/** Numbers of a sample in the largest array that a shader binds. */
export function ssdNumbers(
  limits: GpuLimits,
  { length, H, P, G, N }: Readonly<Record<'length' | 'H' | 'P' | 'G' | 'N', number>>,
): number {
  const chunks = Math.ceil(length / tiles(limits).tokens);
  return Math.max(
    H * chunks * P * N,
    length * H * (P + 1) + chunks * H * (P + 2),
    2 * length * H * N,
    2 * length * G * N,
  );
}

/** The sums of A delta are in the steps: the rate is 1. */
const decayOf = (statesPerHead: number): StateDecay => ({
  constants: {},
  functions: `
fn turned(o: u32) -> bool { return false; }
fn rateOf(o: u32, item: u32) -> f32 { return params[0] * 0.0 + 1.0; }
`,
  itemsPerStep: statesPerHead,
});

function problem(
  gpu: WebgpuBackend,
  inputs: Infos<SsdScanInputs>,
  { dtSoftplus }: Pick<SsdScanAttributes, 'dtSoftplus'>,
) {
  const [batch, length, H, P] = inputs.x.shape as [number, number, number, number];
  const [, , G, N] = inputs.B.shape as [number, number, number, number];
  const { tokens, lanes } = tiles(gpuLimits(gpu));
  const constants: SsdConstants = { N, T: tokens, LANES: lanes, SOFTPLUS: Number(dtSoftplus) };
  const sizes = { H, P, G };
  const workgroupSize = tokens * lanes;
  const chunks = Math.ceil(length / tokens);
  const params = joined(gpu, [inputs.A, inputs.dtBias ?? H, inputs.D ?? H * P]);
  const states = H * chunks * P * N;
  const runs = runsOf(gpu, batch, ssdNumbers(gpuLimits(gpu), { length, H, P, G, N }), 1);

  /** Runs `body` with the inputs of each run of samples and frees what was made for it. */
  const eachRun = <Result>(
    body: (run: ReturnType<typeof inputsOf>, own: (array: tf.TensorInfo) => tf.TensorInfo) => Result,
  ) =>
    runs.map(([first, samples]) => {
      const made: tf.TensorInfo[] = [];
      const own = (array: tf.TensorInfo) => {
        const piece = cutTensor(gpu, array, batch, first, samples);
        if (piece !== array) made.push(piece);
        return piece;
      };
      const run = inputsOf(samples, own);
      made.push(run.buffers.matrices);
      const result = body(run, own);
      release(gpu, made);
      return result;
    });
  const inputsOf = (samples: number, own: (array: tf.TensorInfo) => tf.TensorInfo) => ({
    samples,
    buffers: {
      x: own(inputs.x),
      dt: own(inputs.dt),
      matrices: joined(gpu, [own(inputs.B), own(inputs.C)]),
      params,
    },
    call: { uniforms: { samples, chunks, length, ...sizes }, groups: samples * H * chunks },
    /** The state before the first token, as an array that the carrying may write. */
    before: () =>
      inputs.initialStates === undefined
        ? zeros(gpu, samples * H * P * N)
        : joined(gpu, [own(inputs.initialStates)]),
  });
  type Run = ReturnType<typeof inputsOf>;
  const carry = (run: Run, states: tf.TensorInfo, steps: tf.TensorInfo, edge: tf.TensorInfo, back: boolean) =>
    carryStates(
      gpu,
      decayOf(P * N),
      { states, steps, params, edge },
      { first: 0, outers: run.samples * H, chunks, items: P * N, backward: back },
    );
  const newStates = (run: Run) => ({
    states: newArray(gpu, [run.samples * states]),
    steps: newArray(gpu, [run.samples * H * chunks]),
  });
  const entering = (run: Run, edge: tf.TensorInfo) => {
    const made = newStates(run);
    dispatch(gpu, ssdSummaries(constants, workgroupSize), {
      buffers: { ...run.buffers, ...made },
      ...run.call,
    });
    carry(run, made.states, made.steps, edge, false);
    return made.states;
  };
  const arriving = (run: Run, dy: tf.TensorInfo, edge: tf.TensorInfo) => {
    const made = newStates(run);
    const { dt, matrices } = run.buffers;
    dispatch(gpu, ssdGradientSummaries(constants, workgroupSize), {
      buffers: { dt, matrices, params, dy, ...made },
      ...run.call,
    });
    carry(run, made.states, made.steps, edge, true);
    return made.states;
  };
  return { batch, length, sizes, constants, workgroupSize, chunks, params, eachRun, entering, arriving };
}

/** [rows, H, N] to [rows, G, N]: the sum over the heads of a group. */
const ssdGroupSums = (constants: SsdConstants) =>
  ({
    name: 'ssdScan.groupSums',
    buffers: { heads: 'read', groups_of: 'read_write' },
    uniforms: ['H', 'G'],
    constants,
    body: `
fn each(e: u32) {
  let from_head = e / N * (uniforms.H / uniforms.G);
  var sum = 0.0;
  for (var k = 0u; k < uniforms.H / uniforms.G; k++) { sum += heads[(from_head + k) * N + e % N]; }
  groups_of[e] = sum;
}`,
  }) satisfies EachShader;

interface SsdCall {
  readonly inputs: Infos<SsdScanInputs>;
  readonly attributes: Pick<SsdScanAttributes, 'dtSoftplus'>;
}

/** For this operator and for who needs its steps alone; `states` is empty where several runs would have to keep theirs. */
export function ssdForward(
  gpu: WebgpuBackend,
  { inputs, attributes, recording }: SsdCall & { readonly recording: boolean },
) {
  const p = problem(gpu, inputs, attributes);
  const results = p.eachRun((run) => {
    const edge = run.before();
    const states = p.entering(run, edge);
    const y = newArray(gpu, [sizeOf(run.buffers.x)]);
    dispatch(gpu, ssdOutputs(p.constants, p.workgroupSize), {
      buffers: { ...run.buffers, states, y },
      ...run.call,
    });
    return { y, edge, states };
  });
  release(gpu, [p.params]);
  const states = results.map((result) => result.states);
  const kept = recording && results.length === 1;
  if (!kept) release(gpu, states);
  const { H, P } = p.sizes;
  const { N } = p.constants;
  const all = (name: 'y' | 'edge', shape: readonly number[]) =>
    together(
      gpu,
      results.map((result) => result[name]),
      shape,
    );
  return {
    y: all('y', inputs.x.shape),
    finalStates: all('edge', [p.batch, H, P, N]),
    states: kept ? states[0]! : newArray(gpu, [0]),
  };
}

/** The gradients of the inputs that were given. */
export function ssdBackward(
  gpu: WebgpuBackend,
  {
    inputs,
    attributes,
    given,
    intermediates,
    upstream,
  }: SsdCall & {
    readonly given: (name: keyof SsdScanInputs) => boolean;
    readonly intermediates: { readonly states: tf.TensorInfo };
    readonly upstream: { readonly y: tf.TensorInfo; readonly finalStates: tf.TensorInfo };
  },
) {
  const p = problem(gpu, inputs, attributes);
  const { batch, length, sizes, constants, workgroupSize, chunks } = p;
  const { H, P, G } = sizes;
  const { N } = constants;
  const columns = H * (P + 2);
  const results = p.eachRun((run, own) => {
    const saved = sizeOf(intermediates.states) > 0;
    const start = saved ? undefined : run.before();
    const states = start === undefined ? intermediates.states : p.entering(run, start);
    const dy = own(upstream.y);
    const edge = joined(gpu, [own(upstream.finalStates)]);
    const arriving = p.arriving(run, dy, edge);
    const buffers = { ...run.buffers, dy, states, arriving };
    const tokens = run.samples * length;
    const rows = run.samples * chunks;
    const own1 = newArray(gpu, [tokens * H * (P + 1) + rows * columns]);
    dispatch(gpu, ssdGradients(constants, workgroupSize), {
      buffers: { ...buffers, results: own1 },
      ...run.call,
    });
    const own2 = newArray(gpu, [2 * tokens * H * N]);
    dispatch(gpu, ssdMatrixGradients(constants, workgroupSize), {
      buffers: { ...buffers, results: own2 },
      ...run.call,
    });
    const groups = newArray(gpu, [2 * tokens * G * N]);
    dispatchEach(gpu, ssdGroupSums(constants), {
      buffers: { heads: own2, groups_of: groups },
      uniforms: { H, G },
      count: sizeOf(groups),
    });
    const pieces = {
      edge,
      x: partOf(gpu, own1, 0, [tokens * H * P]),
      dt: partOf(gpu, own1, tokens * H * P, [tokens * H]),
      sums: sumRows(gpu, partOf(gpu, own1, tokens * H * (P + 1), [rows * columns]), rows, columns),
      B: partOf(gpu, groups, 0, [tokens * G * N]),
      C: partOf(gpu, groups, tokens * G * N, [tokens * G * N]),
    };
    release(gpu, [arriving, own1, own2, groups, start, saved ? undefined : states]);
    return pieces;
  });
  const of = (name: keyof (typeof results)[number], shape: readonly number[]) =>
    together(
      gpu,
      results.map((pieces) => pieces[name]),
      shape,
    );
  const sums = sumRows(gpu, of('sums', [results.length * columns]), results.length, columns);
  const gradient = {
    x: of('x', inputs.x.shape),
    dt: of('dt', inputs.dt.shape),
    A: partOf(gpu, sums, 0, [H]),
    B: of('B', inputs.B.shape),
    C: of('C', inputs.C.shape),
    D: given('D') ? partOf(gpu, sums, 2 * H, [H, P]) : undefined,
    dtBias: given('dtBias') ? partOf(gpu, sums, H, [H]) : undefined,
    initialStates: given('initialStates') ? of('edge', [batch, H, P, N]) : undefined,
  };
  if (!given('initialStates'))
    release(
      gpu,
      results.map(({ edge }) => edge),
    );
  release(gpu, [sums, p.params]);
  return gradient;
}

registerWebgpu(ssdScanOperator, {
  supports: ({ x }, limits) => ssdFits(limits) && !x.shape.includes(0),
  forward: (gpu, call) => ssdForward(gpu, call),
  backward: (gpu, call) => ssdBackward(gpu, call),
});
