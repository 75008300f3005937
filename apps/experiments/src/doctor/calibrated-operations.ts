import { selectiveScan } from '@prismamba/ssm-core';
import * as tf from '@tensorflow/tfjs-core';

/** An operation whose time says how fast a backend is at one kind of work. */
interface CalibratedOperation {
  readonly name: string;
  readonly unit: string;
  /** The figure of a run: a rate, of which more is better, or nanoseconds a unit. */
  readonly figure: (seconds: number, sizes: Sizes) => number;
  /** Makes the inputs once, and gives what is timed. */
  readonly prepare: (sizes: Sizes) => () => tf.Tensor[];
}

interface Sizes {
  /** Rows and columns of the matrices. */
  readonly matrix: number;
  /** Rows and columns of the map, and its channels before and after. */
  readonly map: number;
  readonly mapChannels: number;
  readonly tokens: number;
  readonly scanChannels: number;
}

const usual: Sizes = { matrix: 384, map: 48, mapChannels: 32, tokens: 1024, scanChannels: 32 };
/** Of plain JavaScript, hundreds of times slower: figures are of a unit of work, so that they stay comparable. */
const reduced: Sizes = { matrix: 96, map: 12, mapChannels: 8, tokens: 256, scanChannels: 4 };

const STATES = 16;

/** What networks of this kind spend their time on: matrix products, convolutions with their gradients, selective scans. */
const calibratedOperations: readonly CalibratedOperation[] = [
  {
    name: 'matrix product',
    unit: 'GFLOP/s',
    figure: (seconds, { matrix }) => (2 * matrix ** 3) / seconds / 1e9,
    prepare: ({ matrix }) => {
      const [a, b] = [0, 1].map(() => tf.randomUniform([matrix, matrix], -1, 1));
      return () => [tf.matMul(a!, b!)];
    },
  },
  {
    name: '3 x 3 convolution with its gradients',
    unit: 'GFLOP/s',
    figure: (seconds, { map, mapChannels }) => (3 * 2 * 9 * mapChannels ** 2 * map ** 2) / seconds / 1e9,
    prepare: ({ map, mapChannels: c }) => {
      const x = tf.randomUniform<tf.Rank.R4>([1, map, map, c], -1, 1);
      const w = tf.randomUniform<tf.Rank.R4>([3, 3, c, c], -1, 1);
      const dy = tf.onesLike(x);
      const conv = (input: tf.Tensor, filter: tf.Tensor) =>
        tf.conv2d(input as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
      return () => {
        const { value, grads } = tf.valueAndGrads(conv)([x, w], dy);
        return [value, ...grads];
      };
    },
  },
  {
    name: 'selectiveScan',
    unit: 'ns a token, channel and 16 states',
    figure: (seconds, { tokens, scanChannels }) => (seconds * 1e9) / (tokens * scanChannels),
    prepare: ({ tokens: l, scanChannels: d }) => {
      const u = tf.randomUniform<tf.Rank.R3>([1, d, l], -1, 1);
      const delta = tf.randomUniform<tf.Rank.R3>([1, d, l], 0, 0.1);
      const A = tf.randomUniform<tf.Rank.R2>([d, STATES], -STATES, -1);
      const [B, C] = [0, 1].map(() => tf.randomUniform<tf.Rank.R4>([1, 1, STATES, l], -1, 1));
      return () => {
        const { y, lastState } = selectiveScan({ u, delta, A, B: B!, C: C! });
        return [y, lastState];
      };
    },
  },
];

export interface Speed {
  readonly name: string;
  readonly unit: string;
  readonly figure: number;
}

/** Runs are repeated until this long has passed, at least twice: the first compiles kernels. */
const SECONDS = 0.15;
const MOST = 20;

async function fastest(run: () => tf.Tensor[]): Promise<number> {
  let best = Infinity;
  const began = performance.now();
  for (let i = 0; i < MOST && (i < 2 || performance.now() - began < SECONDS * 1e3); i++) {
    const start = performance.now();
    const outputs = tf.tidy(run);
    // A GPU has done its work when the numbers are here.
    await Promise.all(outputs.map((output) => output.data()));
    if (i > 0) best = Math.min(best, performance.now() - start);
    tf.dispose(outputs);
  }
  return best / 1e3;
}

/** The speed of the current backend at each calibrated operation: the fastest of a few runs, the first left out. */
export async function measureSpeeds(): Promise<Speed[]> {
  const sizes = tf.getBackend() === 'cpu' ? reduced : usual;
  const speeds: Speed[] = [];
  for (const { name, unit, figure, prepare } of calibratedOperations) {
    tf.engine().startScope();
    const run = prepare(sizes);
    try {
      speeds.push({ name, unit, figure: Number(figure(await fastest(run), sizes).toPrecision(3)) });
    } finally {
      tf.engine().endScope();
    }
  }
  return speeds;
}
