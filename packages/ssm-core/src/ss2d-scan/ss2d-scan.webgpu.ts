import {
  gpuLimits,
  newArray,
  release,
  sizeOf,
  sumRows,
  type WebgpuBackend,
} from '@prismamba/backend/internal';
import type * as tf from '@tensorflow/tfjs-core';
import { registerInPieces } from '../webgpu/in-pieces.webgpu.js';
import {
  arrivingGradients,
  enteringStates,
  runsOf,
  scanFits,
  scanGradients,
  scanOutputs,
  stateNumbers,
  sumRowsOf,
  zeros,
  type ScanPart,
} from '../webgpu/scan-call.webgpu.js';
import { backwardInBands, forwardInBands, sampleFits } from './ss2d-bands.webgpu.js';
import { ss2dScanOperator } from './ss2d-scan.operator.js';
import { ss2dProblem, ss2dTiles, weightGradients } from './ss2d-shaders.webgpu.js';

/** The sequences of all samples, in parts whose states fit into a binding. */
function partsOf(gpu: WebgpuBackend, problem: ReturnType<typeof ss2dProblem>, x: tf.TensorInfo) {
  const { scan, decay, params, constants } = problem;
  const [batch, height, width] = x.shape as [number, number, number, number];
  const whole = { scan, decay, inputs: { x, params }, length: height * width, height, width };
  const runs = runsOf(gpu, 2 * batch, 2 * stateNumbers(constants, height * width), 2); // of pairs of directions
  const parts = runs.map(([first, count]): ScanPart => ({ ...whole, first: 2 * first, outers: 2 * count }));
  return { batch, whole, parts };
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

/** `cut` has left one sample then. */
const inBands = (gpu: WebgpuBackend, { constants }: ReturnType<typeof ss2dProblem>, x: tf.TensorInfo) =>
  !sampleFits(gpuLimits(gpu), constants, x.shape[1]! * x.shape[2]!);

registerInPieces(ss2dScanOperator, {
  outputRows: 'x',
  cut(inputs, _, limits) {
    const { shape } = inputs.x;
    const [samples, height, width, channels] = shape as [number, number, number, number];
    const pixels = height * width;
    const alone = !sampleFits(limits, ss2dTiles(limits, inputs), pixels);
    return {
      rows: samples,
      width: alone ? Infinity : pixels * channels,
      kinds: { x: 'rows' },
    };
  },

  supports: ({ x, ALogs, dtProjsWeight }, limits) =>
    scanFits(limits, x.shape[3]!, ALogs.shape[1]!, dtProjsWeight.shape[2]! + 2 * ALogs.shape[1]!),

  forward(gpu, { inputs, recording }) {
    const problem = ss2dProblem(gpu, inputs);
    const { params } = problem;
    if (inBands(gpu, problem, inputs.x)) {
      const y = forwardInBands(gpu, problem, inputs.x);
      release(gpu, [params]);
      return { y, states: newArray(gpu, [0]) };
    }
    const { parts } = partsOf(gpu, problem, inputs.x);
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
    const problem = ss2dProblem(gpu, inputs);
    const { params, constants } = problem;
    if (inBands(gpu, problem, inputs.x)) {
      const gradients = backwardInBands(gpu, problem, inputs, upstream.y);
      release(gpu, [params]);
      return gradients;
    }
    const { batch, whole, parts } = partsOf(gpu, problem, inputs.x);
    const { D, N, COLUMNS } = constants;
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
    release(gpu, [params]);
    return { x: dx, ...weightGradients(gpu, constants, all) };
  },
});
