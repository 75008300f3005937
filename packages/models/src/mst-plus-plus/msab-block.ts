import { spectralMsa, gelu } from '@prismamba/spectral-attention';
import { recompute } from '@prismamba/ssm-core';
import { layerNorm } from '@prismamba/ssm-core/internal';
import * as tf from '@tensorflow/tfjs-core';

/** Weights of one block under their official names inside the block, in our layouts. */
export interface MsabWeights {
  readonly 'attention.rescale': tf.Tensor3D;
  readonly 'attention.to_q.weight': tf.Tensor2D;
  readonly 'attention.to_k.weight': tf.Tensor2D;
  readonly 'attention.to_v.weight': tf.Tensor2D;
  readonly 'attention.proj.weight': tf.Tensor2D;
  readonly 'attention.proj.bias': tf.Tensor1D;
  readonly 'attention.pos_emb.0.weight': tf.Tensor4D;
  readonly 'attention.pos_emb.2.weight': tf.Tensor4D;
  readonly 'feed_forward.fn.net.0.weight': tf.Tensor4D;
  readonly 'feed_forward.fn.net.2.weight': tf.Tensor4D;
  readonly 'feed_forward.fn.net.4.weight': tf.Tensor4D;
  readonly 'feed_forward.norm.weight': tf.Tensor1D;
  readonly 'feed_forward.norm.bias': tf.Tensor1D;
}

/** MSA(x), without its residual. */
export function attention(x: tf.Tensor4D, w: MsabWeights): tf.Tensor4D {
  const names = [
    'attention.to_q.weight',
    'attention.to_k.weight',
    'attention.to_v.weight',
    'attention.rescale',
    'attention.proj.weight',
    'attention.proj.bias',
    'attention.pos_emb.0.weight',
    'attention.pos_emb.2.weight',
  ] as const;
  const run = (...[input, toQ, toK, toV, rescale, projection, bias, position0, position2]: tf.Tensor[]) =>
    spectralMsa({
      x: input as tf.Tensor4D,
      toQ: toQ as tf.Tensor2D,
      toK: toK as tf.Tensor2D,
      toV: toV as tf.Tensor2D,
      rescale: rescale as tf.Tensor3D,
      projection: projection as tf.Tensor2D,
      projectionBias: bias as tf.Tensor1D,
      position0: position0 as tf.Tensor4D,
      position2: position2 as tf.Tensor4D,
    });
  return recompute(run, [x, ...names.map((name) => w[name])]);
}

/** FFN(LN(x)), without its residual: GELU(1x1 to 4C), GELU(depthwise 3x3), 1x1 to C; no biases. */
export function feedForward(x: tf.Tensor4D, w: MsabWeights): tf.Tensor4D {
  const names = [
    'feed_forward.norm.weight',
    'feed_forward.norm.bias',
    'feed_forward.fn.net.0.weight',
    'feed_forward.fn.net.2.weight',
    'feed_forward.fn.net.4.weight',
  ] as const;
  const run = (...[input, gamma, beta, expand, mix, contract]: tf.Tensor[]) => {
    const normal = layerNorm({
      x: input as tf.Tensor4D,
      gamma: gamma as tf.Tensor1D,
      beta: beta as tf.Tensor1D,
    });
    const wide = gelu(tf.conv2d(normal, expand as tf.Tensor4D, 1, 'same')); // [B, H, W, 4C]
    const mixed = gelu(tf.depthwiseConv2d(wide, mix as tf.Tensor4D, 1, 'same'));
    return tf.conv2d(mixed, contract as tf.Tensor4D, 1, 'same'); // [B, H, W, C]
  };
  return recompute(run, [x, ...names.map((name) => w[name])]);
}

/** One block of MST++: x = MSA(x) + x without a norm before it, then x = FFN(LN(x)) + x (layer norm epsilon 1e-5). */
export function msabBlock(x: tf.Tensor4D, weights: MsabWeights): tf.Tensor4D {
  const attended = tf.add<tf.Tensor4D>(attention(x, weights), x);
  return tf.add(feedForward(attended, weights), attended);
}
