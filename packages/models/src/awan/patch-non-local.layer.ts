import {
  constant,
  fixedChannels,
  registerLayer,
  singleInput,
  WeightTableLayer,
  type WeightTable,
  type WeightTableLayerConfig,
} from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { patchNonLocalCost } from './patch-non-local.cost.js';
import { patchNonLocalOnnx } from './patch-non-local.onnx.js';

/** Entries of one block of rows of the n x n attention that are held at once (64 MB in float32). */
const BLOCK_ELEMENTS = 1 << 24;

interface NonLocalWeights {
  /** [C, r] */
  readonly g: tf.Tensor2D;
  /** [r, C] */
  readonly W: tf.Tensor2D;
  /** [C, r] */
  readonly theta: tf.Tensor2D;
}

/**
 * Second-order non-local attention of one quadrant. With n = H W positions, T = theta(x) [n, r] and g(x) [n, r]:
 * f = (T - rowmean T) T^T / r, softmax over the last axis, y = f g, result x + W y. Row blocks keep the memory at
 * {@link BLOCK_ELEMENTS} instead of n^2 (15 GB for a quadrant of 482 x 512).
 */
function nonLocal(x: tf.Tensor4D, { g, theta, W }: NonLocalWeights): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const n = height * width;
  const r = theta.shape[1];
  return tf.tidy(() => {
    const all = tf.reshape<tf.Rank.R2>(x, [batch * n, channels]);
    // Slices, not unstack: its gradient fails for a single sample (TensorFlow.js 4.22).
    const results = Array.from({ length: batch }, (_, b) => {
      const flat = tf.slice(all, [b * n, 0], [n, channels]);
      const values = tf.matMul(flat, g); // [n, r]
      const T = tf.matMul(flat, theta); // [n, r]
      const centred = tf.sub<tf.Tensor2D>(T, tf.mean(T, 1, true));
      const rows = Math.max(1, Math.floor(BLOCK_ELEMENTS / n));
      const blocks: tf.Tensor2D[] = [];
      for (let begin = 0; begin < n; begin += rows) {
        const count = Math.min(rows, n - begin);
        blocks.push(
          tf.tidy(() => {
            const part = tf.slice(centred, [begin, 0], [count, r]);
            const f = tf.softmax(tf.div(tf.matMul(part, T, false, true), r)); // [rows, n]
            return tf.matMul(f, values);
          }),
        );
      }
      const y = blocks.length === 1 ? blocks[0]! : tf.concat(blocks, 0); // [n, r]
      return tf.add<tf.Tensor2D>(flat, tf.matMul(y, W));
    });
    return tf.reshape(tf.concat(results, 0), [batch, height, width, channels]);
  });
}

/** AWAN's patch-level second-order non-local module: the four quadrants, split at floor(H/2) and floor(W/2), alone. */
export class PatchNonLocal extends WeightTableLayer<NonLocalWeights> {
  static readonly className = 'PatchNonLocal';
  readonly inner: number;

  constructor(args: WeightTableLayerConfig & { inner: number }) {
    super(args);
    this.inner = args.inner;
  }

  protected override weightTable(inputShape: tfl.Shape): WeightTable<NonLocalWeights> {
    const channels = fixedChannels('PatchNonLocal', inputShape);
    const weight = (...shape: number[]) => ({ shape, initial: constant(0) });
    return {
      g: weight(channels, this.inner),
      W: weight(this.inner, channels),
      theta: weight(channels, this.inner),
    };
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleInput<tf.Tensor4D>(inputs);
    const [, height, width] = x.shape;
    const [h, w] = [Math.floor(height / 2), Math.floor(width / 2)];
    const quadrant = (top: number, left: number, rows: number, columns: number) =>
      nonLocal(tf.slice(x, [0, top, left, 0], [-1, rows, columns, -1]), this.readWeights());
    return tf.tidy(() => {
      const upper = tf.concat([quadrant(0, 0, h, w), quadrant(0, w, h, width - w)], 2);
      const lower = tf.concat([quadrant(h, 0, height - h, w), quadrant(h, w, height - h, width - w)], 2);
      return tf.concat([upper, lower], 1);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), inner: this.inner };
  }
}
registerLayer(PatchNonLocal, { cost: patchNonLocalCost, onnx: patchNonLocalOnnx });
