import {
  gpuLimits,
  joined,
  newArray,
  part as partOf,
  release,
  sizeOf,
  sumRows,
  type WebgpuBackend,
} from '@prismamba/backend/internal';
import type { Infos } from '@prismamba/core/operator';
import type * as tf from '@tensorflow/tfjs-core';
import type { StateDecay } from '../webgpu/carry-states.webgpu.js';
import { registerInPieces } from '../webgpu/in-pieces.webgpu.js';
import {
  arrivingGradients,
  enteringStates,
  runsOf,
  scanFits,
  scanGradients,
  scanOutputs,
  scanTiles,
  stateNumbers,
  sumRowsOf,
  zeros,
  type ScanPart,
} from '../webgpu/scan-call.webgpu.js';
import type { ScanShaders } from '../webgpu/scan-shaders.webgpu.js';
import { ss2dScanOperator, type Ss2dScanArgs } from './ss2d-scan.operator.js';

/**
 * SS2D in WGSL: the map is read in the four orders where it lies; projections are computed where they are used, a chunk at a
 * time. Sequence o of a sample (o % 4) is direction 0, 2, 1, 3: one and the next cross the same pixels in both senses, so that one
 * workgroup takes both and adds them up; the columns' workgroups start after the rows' and add to them. Memory beside inputs
 * and outputs: the states at the chunks' starts, N/T floats a channel and token and direction.
 *
 * x, y, dy and dx [B, H, W, D]; params, and a row of sums [rows, COLUMNS], hold x_proj [4, R + 2N, D], dt_proj [4, D, R], its bias [4, D],
 * A_log [4 D, N] and D [4 D] one behind the other; states and arriving [O, chunks, D, N] for the O of 4 B sequences of a part.
 */
const FUNCTIONS = `
fn directionOf(o: u32) -> u32 { return (o & 1u) * 2u + ((o >> 1u) & 1u); }
fn turned(o: u32) -> bool { return (o & 1u) == 1u; }
fn rateOf(o: u32, item: u32) -> f32 { return -exp(params[LOGS + directionOf(o) * D * N + item]); }
`;

const INPUTS = `${FUNCTIONS}
fn directionIn(o: u32) -> u32 { return directionOf(uniforms.first + o); }
fn pixel(o: u32, chunk: u32, s: u32) -> u32 {
  let all = uniforms.first + o;
  let p = chunk * T + s;
  let q = select(p, (p % uniforms.height) * uniforms.width + p / uniforms.height, (all & 2u) == 2u);
  return ((all / 4u) * uniforms.length + q) * D;
}
fn tileValue(o: u32, chunk: u32, s: u32, j: u32) -> f32 {
  let at = pixel(o, chunk, s);
  let row = (directionIn(o) * (R + 2u * N) + j) * D;
  var sum = 0.0;
  for (var d = 0u; d < D; d++) { sum += params[row + d] * x[at + d]; }
  return sum;
}
fn lowWeight(o: u32, d: u32, r: u32) -> f32 { return params[STEP + (directionIn(o) * D + d) * R + r]; }
fn rawStep(o: u32, chunk: u32, s: u32, d: u32) -> f32 {
  var sum = 0.0;
  for (var r = 0u; r < R; r++) { sum += lowWeight(o, d, r) * tile[r * T + s]; }
  return sum;
}
fn biasOf(o: u32, d: u32) -> f32 { return params[BIAS + directionIn(o) * D + d]; }
fn skipOf(o: u32, d: u32) -> f32 { return params[SKIP + directionIn(o) * D + d]; }
fn inputOf(o: u32, chunk: u32, s: u32, d: u32) -> f32 { return x[pixel(o, chunk, s) + d]; }
`;

const UPSTREAM = `
fn upstreamOf(o: u32, chunk: u32, s: u32, d: u32) -> f32 { return dy[pixel(o, chunk, s) + d]; }
`;

/** The first of the four to reach a pixel writes, the others add. */
const add = (array: string) => `
  let at = pixel(o, chunk, s) + d;
  if ((uniforms.first + o) % 4u == 0u) { ${array}[at] = value; } else { ${array}[at] += value; }`;

const BACKWARD = `
fn sumsRow(o: u32, span: u32) -> u32 { return ((uniforms.first + o) / 4u * uniforms.spans + span) * COLUMNS; }
fn rateAt(o: u32, d: u32, n: u32) -> u32 { return LOGS + (directionIn(o) * D + d) * N + n; }
fn rateSlope(o: u32, d: u32, n: u32) -> f32 { return rateOf(uniforms.first + o, d * N + n); } // dA_log = dA A
fn lowAt(o: u32, d: u32, r: u32) -> u32 { return STEP + (directionIn(o) * D + d) * R + r; }
fn addSums(o: u32, row: u32, d: u32, dbias: f32, dskip: f32) {
  sums[row + BIAS + directionIn(o) * D + d] += dbias;
  sums[row + SKIP + directionIn(o) * D + d] += dskip;
}
fn storeStep(o: u32, chunk: u32, s: u32, d: u32, value: f32) {}
fn storeInput(o: u32, chunk: u32, s: u32, d: u32, value: f32) {${add('dx')}
}
fn finish(o: u32, chunk: u32, count: u32, row: u32, local: u32) {
  let weights = directionIn(o) * J * D;
  for (var d = local; d < D; d += WORKGROUP) {
    for (var s = 0u; s < count; s++) {
      var sum = 0.0;
      for (var j = 0u; j < J; j++) { sum += params[weights + j * D + d] * dtile[j * T + s]; }
      dx[pixel(o, chunk, s) + d] += sum;
    }
    for (var j = 0u; j < J; j++) {
      var sum = 0.0;
      for (var s = 0u; s < count; s++) { sum += dtile[j * T + s] * x[pixel(o, chunk, s) + d]; }
      sums[row + weights + j * D + d] += sum;
    }
  }
}
`;

/** Where the weights lie in `params`, and their gradients in a row of the sums: in the order of the operator's inputs. */
function layout(D: number, N: number, R: number) {
  const STEP = 4 * (R + 2 * N) * D;
  const BIAS = STEP + 4 * D * R;
  const LOGS = BIAS + 4 * D;
  const SKIP = LOGS + 4 * D * N;
  return { STEP, BIAS, LOGS, SKIP, COLUMNS: SKIP + 4 * D };
}

function problem(gpu: WebgpuBackend, inputs: Infos<Ss2dScanArgs>) {
  const [batch, height, width, D] = inputs.x.shape as [number, number, number, number];
  const R = inputs.dtProjsWeight.shape[2]!;
  const N = inputs.ALogs.shape[1]!;
  const { tokens, workgroupSize, pile } = scanTiles(gpuLimits(gpu), D, N, R + 2 * N);
  const constants = { D, N, R, T: tokens, SOFTPLUS: 1, PASSES: 2, ...layout(D, N, R) };
  const scan: ScanShaders = {
    name: 'ss2dScan',
    constants,
    inputs: { x: 'read', params: 'read' },
    functions: INPUTS,
    forward: {
      buffers: { y: 'read_write' },
      functions: `fn storeOutput(o: u32, chunk: u32, s: u32, d: u32, value: f32) {${add('y')}\n}`,
    },
    backward: {
      upstream: { dy: 'read' },
      reads: UPSTREAM,
      buffers: { dx: 'read_write' },
      functions: BACKWARD,
    },
    workgroupSize,
    pile,
  };
  const decay: StateDecay = { constants, functions: FUNCTIONS, itemsPerStep: N };
  const { xProjWeight, dtProjsWeight, dtProjsBias, ALogs, Ds } = inputs;
  const params = joined(gpu, [xProjWeight, dtProjsWeight, dtProjsBias, ALogs, Ds]);
  const whole = { scan, decay, inputs: { x: inputs.x, params }, length: height * width, height, width };
  const runs = runsOf(gpu, 2 * batch, 2 * stateNumbers(constants, height * width), 2); // of pairs of directions
  const parts = runs.map(([first, count]): ScanPart => ({ ...whole, first: 2 * first, outers: 2 * count }));
  return { batch, constants, params, whole, parts };
}

/** Rows before columns: a part starts at rows unless it is one pair of columns alone. */
function inOrder(part: ScanPart, run: (begin: number) => void): void {
  run(0);
  if (part.outers > 2) run(1);
}

const entering = (gpu: WebgpuBackend, part: ScanPart): tf.TensorInfo => {
  const { D, N } = part.scan.constants;
  const edge = zeros(gpu, part.outers * D * N);
  const states = enteringStates(gpu, part, edge);
  release(gpu, [edge]);
  return states;
};

registerInPieces(ss2dScanOperator, {
  outputRows: 'x',
  cut({ x }) {
    const [samples] = x.shape as [number];
    return { rows: samples, width: sizeOf(x) / samples, kinds: { x: 'rows' } };
  },

  supports: ({ x, ALogs, dtProjsWeight }, limits) =>
    scanFits(limits, x.shape[3]!, ALogs.shape[1]!, dtProjsWeight.shape[2]! + 2 * ALogs.shape[1]!),

  forward(gpu, { inputs, recording }) {
    const { params, parts } = problem(gpu, inputs);
    const y = newArray(gpu, inputs.x.shape);
    // One part: its states are kept for the gradient. Several would not fit into one tensor and are computed again.
    const kept = recording && parts.length === 1;
    let states: tf.TensorInfo | undefined;
    for (const part of parts) {
      states = entering(gpu, part);
      inOrder(part, (begin) => scanOutputs(gpu, part, { begin, stride: 2 }, states!, { y }));
      if (!kept) release(gpu, [states]);
    }
    release(gpu, [params]);
    return { y, states: kept ? states! : newArray(gpu, [0]) };
  },

  backward(gpu, { inputs, intermediates, upstream }) {
    const { batch, constants, params, whole, parts } = problem(gpu, inputs);
    const { D, N, R, COLUMNS, STEP, BIAS, LOGS, SKIP } = constants;
    const rows = sumRowsOf(gpu, whole, batch, COLUMNS);
    const sums = zeros(gpu, batch * rows.spans * COLUMNS);
    const dx = newArray(gpu, inputs.x.shape);
    for (const part of parts) {
      const kept = sizeOf(intermediates.states) > 0;
      const states = kept ? intermediates.states : entering(gpu, part);
      const edge = zeros(gpu, part.outers * D * N);
      const arriving = arrivingGradients(gpu, part, { dy: upstream.y }, edge);
      const arrays = { dy: upstream.y, states, arriving, dx, sums };
      inOrder(part, (begin) => scanGradients(gpu, part, { begin, stride: 2, ...rows }, arrays));
      release(gpu, [edge, arriving, kept ? undefined : states]);
    }
    const all = sumRows(gpu, sums, batch * rows.spans, COLUMNS);
    const gradient = {
      x: dx,
      xProjWeight: partOf(gpu, all, 0, [4, R + 2 * N, D]),
      dtProjsWeight: partOf(gpu, all, STEP, [4, D, R]),
      dtProjsBias: partOf(gpu, all, BIAS, [4, D]),
      ALogs: partOf(gpu, all, LOGS, [4 * D, N]),
      Ds: partOf(gpu, all, SKIP, [4 * D]),
    };
    release(gpu, [all, params]);
    return gradient;
  },
});
