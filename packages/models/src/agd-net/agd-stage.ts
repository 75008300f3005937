import * as tf from '@tensorflow/tfjs-core';
import { DENSE_LAYERS, removesMean } from './agd-net.state-dict.js';

/** Weights of one stage under their official names without `stages.<t>.` and `.conv`, in our layouts. */
export type StageWeights = Readonly<Record<string, tf.Tensor>>;

/** Sees the values of the modules of the official network, by their names inside the stage. */
export type Observer = (name: string, value: tf.Tensor4D) => void;

/** y = sum_k x_k W_k for maps x_k, and its value only: sums are freed as soon as they are used. */
function productSum(parts: readonly tf.Tensor2D[], rows: readonly tf.Tensor2D[]): tf.Tensor2D {
  return parts.slice(1).reduce(
    (sum, part, k) => {
      const term = tf.matMul(part, rows[k + 1]!);
      const next = tf.add<tf.Tensor2D>(sum, term);
      tf.dispose([sum, term]);
      return next;
    },
    tf.matMul(parts[0]!, rows[0]!),
  );
}

/**
 * 1x1 convolution of the concatenation of `parts` with W, as y = sum_k x_k W_k: nothing is concatenated, and the
 * gradient keeps the parts and W only.
 *
 *     dx_k = dy W_k',   dW_k = x_k' dy
 */
function pointwise(parts: readonly tf.Tensor4D[], kernel: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width] = parts[0]!.shape;
  const out = kernel.shape[3];
  const pixels = batch * height * width;
  const flat = (x: tf.Tensor): tf.Tensor2D => tf.reshape<tf.Rank.R2>(x, [pixels, x.shape[3]!]);
  const rowsOf = (w: tf.Tensor, of: readonly tf.Tensor[]): tf.Tensor2D[] =>
    tf.split<tf.Tensor2D>(
      tf.reshape<tf.Rank.R2>(w, [w.shape[2]!, out]),
      of.map((x) => x.shape[3]!),
    );
  const withGradient = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const save = args[args.length - 1] as tf.GradSaveFunc;
    const inputs = args.slice(0, -1) as tf.Tensor[];
    save(inputs);
    const xs = inputs.slice(0, -1);
    const y = tf.tidy(() =>
      productSum(
        xs.map((x) => flat(x)),
        rowsOf(inputs[xs.length]!, xs),
      ),
    );
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const maps = saved.slice(0, -1);
      const upstream = flat(dy);
      const rows = rowsOf(saved[maps.length]!, maps);
      const dx = maps.map((x, k) => tf.reshape(tf.matMul(upstream, rows[k]!, false, true), x.shape));
      const dw = maps.map((x) => tf.matMul(flat(x), upstream, true, false));
      return [...dx, tf.reshape(tf.concat(dw, 0), kernel.shape)];
    };
    return { value: tf.reshape(y, [batch, height, width, out]), gradFunc };
  });
  return withGradient(...parts, kernel) as tf.Tensor4D;
}

/** Dense layer i of a stage: [B, H, W, 31 + 62 i] in parts to [B, H, W, 62], the last one to 31. */
function denseLayer(
  features: readonly tf.Tensor4D[],
  weights: StageWeights,
  stage: number,
  i: number,
  observe: Observer | undefined,
): tf.Tensor4D {
  const path = `denselayers.${i}`;
  const weight = <T extends tf.Tensor>(name: string) => weights[`${path}.${name}`] as T;
  const centred = removesMean(stage, i);
  const activate = (x: tf.Tensor4D) => (i < DENSE_LAYERS - 1 ? tf.relu(x) : x);
  const biased = (x: tf.Tensor4D, layer: string) =>
    stage === 0 ? tf.add<tf.Tensor4D>(x, weight(`${layer}.bias`)) : x;
  const kernel = weight<tf.Tensor4D>('compressLayer.kernel');
  const centredKernel = centred ? tf.sub<tf.Tensor4D>(kernel, tf.mean(kernel, 2, true)) : kernel;
  const compressed = activate(biased(pointwise(features, centredKernel), 'compressLayer'));
  observe?.(`${path}.compressLayer`, compressed);
  const input = centred ? tf.sub<tf.Tensor4D>(compressed, tf.mean(compressed, 3, true)) : compressed;
  const filter = weight<tf.Tensor4D>('actlayer.depthwise_kernel');
  const output = activate(biased(tf.depthwiseConv2d(input, filter, 1, 'same'), 'actlayer'));
  observe?.(path, output);
  return output;
}

/**
 * One stage f_t of AGD-Net, [B, H, W, 3] to [B, H, W, 31]: u = 3x3(msi), then five dense layers
 *
 *     l_i = relu(DW(relu(W [u, l_0 .. l_(i-1)] ) ) )
 *
 * where from the second stage on the mean over channels is removed before both convolutions of the layers 0 to 3,
 * and u is added at the end. Since W (x - 1 mean x) = (W - mean_in W) x, the first of these means is taken from
 * the weights.
 */
export function agdStage(
  msi: tf.Tensor4D,
  weights: StageWeights,
  stage: number,
  observe?: Observer,
): tf.Tensor4D {
  const u = tf.conv2d(msi, weights['Upconv.kernel'] as tf.Tensor4D, 1, 'same'); // [B, H, W, 31]
  observe?.('Upconv', u);
  const features: tf.Tensor4D[] = [u];
  for (let i = 0; i < DENSE_LAYERS; i++) {
    features.push(tf.tidy(() => denseLayer(features, weights, stage, i, observe)));
  }
  const last = features[features.length - 1]!;
  return stage === 0 ? last : tf.add(last, u);
}
