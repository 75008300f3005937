import {
  gpuLimits,
  joined,
  part,
  release,
  type GpuLimits,
  type WebgpuBackend,
} from '@prismamba/backend/internal';
import type { Infos } from '@prismamba/core/operator';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { StateDecay } from '../webgpu/carry-states.webgpu.js';
import { scanTiles } from '../webgpu/scan-call.webgpu.js';
import type { ScanShaders } from '../webgpu/scan-shaders.webgpu.js';
import type { Ss2dScanArgs } from './ss2d-scan.operator.js';

/**
 * SS2D in WGSL: the map is read in the four orders where it lies; projections are computed where they are used, a chunk at a
 * time. Sequence o of a sample (o % 4) is direction 0, 2, 1, 3: one and the next cross the same pixels in both senses, so that one
 * workgroup takes both and adds them up; the columns' workgroups start after the rows' and add to them. Memory beside inputs
 * and outputs: the states at the chunks' starts, N/T floats a channel and token and direction. A sample that does not fit: `ss2d-bands`.
 *
 * x, y, dy and dx [B, H, W, D]; params, and a row of sums [rows, COLUMNS], hold x_proj [4, R + 2N, D], dt_proj [4, D, R], its bias [4, D],
 * A_log [4 D, N] and D [4 D] one behind the other; states and arriving [O, chunks, D, N] for the O of 4 B sequences of a part.
 */
const FUNCTIONS = `
fn directionOf(o: u32) -> u32 { return (o & 1u) * 2u + ((o >> 1u) & 1u); }
fn turned(o: u32) -> bool { return (o & 1u) == 1u; }
fn rateOf(o: u32, item: u32) -> f32 { return -expOf(params[LOGS + directionOf(o) * D * N + item]); }
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

/** D channels, N states, a rank of R, T tokens a chunk, and a workgroup, under a device's limits. */
export function ss2dTiles(limits: GpuLimits, { x, dtProjsWeight, ALogs }: Infos<Ss2dScanArgs>) {
  const D = x.shape[3]!;
  const R = dtProjsWeight.shape[2]!;
  const N = ALogs.shape[1]!;
  const { tokens: T, workgroupSize, pile } = scanTiles(limits, D, N, R + 2 * N);
  return { D, N, R, T, workgroupSize, pile };
}

/** The shaders of a call, and its weights in one array. `release` the params. */
export function ss2dProblem(gpu: WebgpuBackend, inputs: Infos<Ss2dScanArgs>) {
  const { D, N, R, T, workgroupSize, pile } = ss2dTiles(gpuLimits(gpu), inputs);
  const constants = { D, N, R, T, SOFTPLUS: 1, PASSES: 2, ...layout(D, N, R) };
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
  return { constants, scan, decay, params };
}

/** The gradients of the weights, out of one row of sums. Gives it back. */
export function weightGradients(
  gpu: WebgpuBackend,
  { D, N, R, STEP, BIAS, LOGS, SKIP }: ReturnType<typeof ss2dProblem>['constants'],
  sums: TensorInfo,
) {
  const gradients = {
    xProjWeight: part(gpu, sums, 0, [4, R + 2 * N, D]),
    dtProjsWeight: part(gpu, sums, STEP, [4, D, R]),
    dtProjsBias: part(gpu, sums, BIAS, [4, D]),
    ALogs: part(gpu, sums, LOGS, [4 * D, N]),
    Ds: part(gpu, sums, SKIP, [4 * D]),
  };
  release(gpu, [sums]);
  return gradients;
}
