import {
  gpuLimits,
  joined,
  newArray,
  part as partOf,
  registerWebgpu,
  release,
  sizeOf,
  sumRows,
  type WebgpuBackend,
} from '@prismamba/backend/internal';
import type { Infos } from '@prismamba/core/operator';
import type * as tf from '@tensorflow/tfjs-core';
import type { StateDecay } from '../webgpu/carry-states.webgpu.js';
import {
  arrivingGradients,
  cutTensor,
  enteringStates,
  runsOf,
  scanFits,
  scanGradients,
  scanOutputs,
  scanTiles,
  stateNumbers,
  sumRowsOf,
  together,
  zeros,
  type ScanPart,
} from '../webgpu/scan-call.webgpu.js';
import type { ScanShaders } from '../webgpu/scan-shaders.webgpu.js';
import {
  selectiveScanOperator,
  type SelectiveScanAttributes,
  type SelectiveScanInputs,
} from './selective-scan.operator.js';

/**
 * The selective scan in WGSL (see `scan-shaders.webgpu.ts`): a sequence is the D/G channels that share B and C. u and delta lie one
 * behind the other (`sequences`), as B and C do (`matrices`): devices bind eight buffers. What does not fit into one binding is cut into runs of
 * sequences. Memory beside inputs and outputs: copies of u, delta, B and C, and N/T floats a channel and token of states.
 *
 * With O of the B G sequences in a run: sequences [2, O, D/G, L], matrices [2, O, N, L], params A [D, N] then D [D] and deltaBias [D],
 * y and dy [O, D/G, L], states and arriving [O, chunks, D/G, N]; results are the gradients of sequences, then those of matrices; a row of
 * sums is laid out as params, [rows, D (N + 2)].
 */
const FUNCTIONS = `
fn turned(o: u32) -> bool { return REVERSE == 1u; }
fn rateOf(o: u32, item: u32) -> f32 { return params[(o % GROUPS) * D * N + item]; }
`;

const INPUTS = `${FUNCTIONS}
fn channel(o: u32, d: u32) -> u32 { return ((uniforms.first + o) % GROUPS) * D + d; }
fn at(o: u32, chunk: u32, s: u32, d: u32) -> u32 { return (o * D + d) * uniforms.length + chunk * T + s; }
fn tileValue(o: u32, chunk: u32, s: u32, j: u32) -> f32 {
  let row = select(o * N + j, (uniforms.outers + o) * N + j - N, j >= N);
  return matrices[row * uniforms.length + chunk * T + s];
}
fn rawStep(o: u32, chunk: u32, s: u32, d: u32) -> f32 { return sequences[at(uniforms.outers + o, chunk, s, d)]; }
fn inputOf(o: u32, chunk: u32, s: u32, d: u32) -> f32 { return sequences[at(o, chunk, s, d)]; }
fn skipOf(o: u32, d: u32) -> f32 { return params[GROUPS * D * N + channel(o, d)]; }
fn biasOf(o: u32, d: u32) -> f32 { return params[GROUPS * D * (N + 1u) + channel(o, d)]; }
`;

const BACKWARD = `
fn sumsRow(o: u32, span: u32) -> u32 {
  return ((uniforms.first + o) / GROUPS * uniforms.spans + span) * GROUPS * D * (N + 2u);
}
fn rateAt(o: u32, d: u32, n: u32) -> u32 { return channel(o, d) * N + n; }
fn rateSlope(o: u32, d: u32, n: u32) -> f32 { return 1.0; }
fn addSums(o: u32, row: u32, d: u32, dbias: f32, dskip: f32) {
  sums[row + GROUPS * D * N + channel(o, d)] += dskip;
  sums[row + GROUPS * D * (N + 1u) + channel(o, d)] += dbias;
}
fn storeInput(o: u32, chunk: u32, s: u32, d: u32, value: f32) { results[at(o, chunk, s, d)] = value; }
fn storeStep(o: u32, chunk: u32, s: u32, d: u32, value: f32) { results[at(uniforms.outers + o, chunk, s, d)] = value; }
fn finish(o: u32, chunk: u32, count: u32, row: u32, local: u32) {
  let behind = 2u * uniforms.outers * D * uniforms.length;
  for (var e = local; e < T * J; e += WORKGROUP) {
    let s = e % T;
    let j = e / T;
    let matrix = select(o * N + j, (uniforms.outers + o) * N + j - N, j >= N);
    if (s < count) { results[behind + matrix * uniforms.length + chunk * T + s] = dtile[e]; }
  }
}
`;

const UPSTREAM = `
fn upstreamOf(o: u32, chunk: u32, s: u32, d: u32) -> f32 { return dy[at(o, chunk, s, d)]; }
`;

function problem(
  gpu: WebgpuBackend,
  inputs: Infos<SelectiveScanInputs>,
  { deltaSoftplus, reverse }: SelectiveScanAttributes,
) {
  const [batch, channels, length] = inputs.u.shape as [number, number, number];
  const [, groups, N] = inputs.B.shape as [number, number, number];
  const D = channels / groups;
  const { tokens, workgroupSize, pile } = scanTiles(gpuLimits(gpu), D, N, 2 * N);
  const constants = {
    D,
    N,
    R: 0,
    T: tokens,
    SOFTPLUS: Number(deltaSoftplus),
    PASSES: 1,
    GROUPS: groups,
    REVERSE: Number(reverse),
  };
  const scan: ScanShaders = {
    name: 'selectiveScan',
    constants,
    inputs: { sequences: 'read', matrices: 'read', params: 'read' },
    functions: INPUTS,
    forward: {
      buffers: { y: 'read_write' },
      functions:
        'fn storeOutput(o: u32, chunk: u32, s: u32, d: u32, value: f32) { y[at(o, chunk, s, d)] = value; }',
    },
    backward: {
      upstream: { dy: 'read' },
      reads: UPSTREAM,
      buffers: { results: 'read_write' },
      functions: BACKWARD,
    },
    workgroupSize,
    pile,
  };
  const decay: StateDecay = { constants, functions: FUNCTIONS, itemsPerStep: N };
  const params = joined(gpu, [inputs.A, inputs.D ?? channels, inputs.deltaBias ?? channels]);
  const numbers = Math.max(2 * (D + N) * length, stateNumbers(constants, length));
  const runs = runsOf(gpu, batch * groups, numbers, 1);

  /** Runs `body` with the inputs of each run and frees what was made for it. */
  const eachRun = <Result>(body: (part: ScanPart, cut: (array: tf.TensorInfo) => tf.TensorInfo) => Result) =>
    runs.map(([first, outers]) => {
      const made: tf.TensorInfo[] = [];
      const own = (array: tf.TensorInfo) => {
        const piece = cutTensor(gpu, array, batch * groups, first, outers);
        if (piece !== array) made.push(piece);
        return piece;
      };
      const sequences = joined(gpu, [own(inputs.u), own(inputs.delta)]);
      const matrices = joined(gpu, [own(inputs.B), own(inputs.C)]);
      made.push(sequences, matrices);
      const result = body(
        { scan, decay, inputs: { sequences, matrices, params }, first, outers, length },
        own,
      );
      release(gpu, made);
      return result;
    });
  /** The state before the sequences, as an array that the carrying may write. */
  const before = (part: ScanPart, own: (array: tf.TensorInfo) => tf.TensorInfo): tf.TensorInfo =>
    inputs.initialState === undefined
      ? zeros(gpu, part.outers * D * N)
      : joined(gpu, [own(inputs.initialState)]);
  return { batch, channels, groups, length, D, N, scan, params, eachRun, before };
}

registerWebgpu(selectiveScanOperator, {
  supports: ({ u, B }, limits) =>
    scanFits(limits, u.shape[1]! / B.shape[1]!, B.shape[2]!, 2 * B.shape[2]!) && !u.shape.includes(0),

  forward(gpu, { inputs, attributes, recording }) {
    const p = problem(gpu, inputs, attributes);
    const results = p.eachRun((part, own) => {
      const edge = p.before(part, own);
      const states = enteringStates(gpu, part, edge);
      const y = newArray(gpu, [part.outers * p.D * p.length]);
      scanOutputs(gpu, part, { begin: 0, stride: 1 }, states, { y });
      return { y, edge, states };
    });
    const kept = recording && results.length === 1;
    if (!kept)
      release(
        gpu,
        results.map(({ states }) => states),
      );
    release(gpu, [p.params]);
    const edges = results.map(({ edge }) => edge);
    if (!attributes.withLastState) release(gpu, edges);
    return {
      y: together(
        gpu,
        results.map(({ y }) => y),
        inputs.u.shape,
      ),
      lastState: attributes.withLastState
        ? together(gpu, edges, [p.batch, p.channels, p.N])
        : newArray(gpu, [0, 0, 0]),
      states: kept ? results[0]!.states : newArray(gpu, [0]),
    };
  },

  backward(gpu, { inputs, attributes, given, intermediates, upstream }) {
    const p = problem(gpu, inputs, attributes);
    const { batch, channels, groups, length, D, N } = p;
    const columns = channels * (N + 2);
    const rows = sumRowsOf(gpu, { scan: p.scan, length }, batch, columns);
    const sums = zeros(gpu, batch * rows.spans * columns);
    const results = p.eachRun((part, own) => {
      const saved = sizeOf(intermediates.states) > 0;
      const start = saved ? undefined : p.before(part, own);
      const states = start === undefined ? intermediates.states : enteringStates(gpu, part, start);
      const dy = own(upstream.y);
      const edge =
        sizeOf(upstream.lastState) === 0
          ? zeros(gpu, part.outers * D * N)
          : joined(gpu, [own(upstream.lastState)]);
      const arriving = arrivingGradients(gpu, part, { dy }, edge);
      const all = newArray(gpu, [2 * part.outers * (D + N) * length]);
      scanGradients(
        gpu,
        part,
        { begin: 0, stride: 1, ...rows },
        { dy, states, arriving, results: all, sums },
      );
      const [sequence, matrix] = [part.outers * D * length, part.outers * N * length];
      const pieces = {
        edge,
        u: partOf(gpu, all, 0, [sequence]),
        delta: partOf(gpu, all, sequence, [sequence]),
        B: partOf(gpu, all, 2 * sequence, [matrix]),
        C: partOf(gpu, all, 2 * sequence + matrix, [matrix]),
      };
      release(gpu, [arriving, all, start, saved ? undefined : states]);
      return pieces;
    });
    const of = (name: keyof (typeof results)[number], shape: readonly number[]) =>
      together(
        gpu,
        results.map((pieces) => pieces[name]),
        shape,
      );
    const weights = sumRows(gpu, sums, batch * rows.spans, columns);
    const gradient = {
      u: of('u', inputs.u.shape),
      delta: of('delta', inputs.u.shape),
      A: partOf(gpu, weights, 0, [channels, N]),
      B: of('B', [batch, groups, N, length]),
      C: of('C', [batch, groups, N, length]),
      D: given('D') ? partOf(gpu, weights, channels * N, [channels]) : undefined,
      deltaBias: given('deltaBias') ? partOf(gpu, weights, channels * (N + 1), [channels]) : undefined,
      initialState: given('initialState') ? of('edge', [batch, channels, N]) : undefined,
    };
    if (!given('initialState'))
      release(
        gpu,
        results.map(({ edge }) => edge),
      );
    release(gpu, [weights, p.params]);
    return gradient;
  },
});
