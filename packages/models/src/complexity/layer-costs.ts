import type { WaveletName } from '@prismamba/spectral-attention';
import { coefficientCount, waveletFilters } from '@prismamba/spectral-attention/internal';
import type * as tfl from '@tensorflow/tfjs-layers';

/** Kinds of multiply-accumulates, as the cost tables list them. */
export type CostKind = 'convolution' | 'linear' | 'projection' | 'matmul' | 'scan';

/** Extents of one sample: [batch, height, width, channels]. */
export type Extents = readonly number[];

export interface LayerCost {
  readonly kind: CostKind;
  readonly macs: number;
  /**
   * What a profiler that hooks modules (thop) counts for it: the same for modules of its list, 0 for tensor operators
   * (einsum, matmul, scans), four times as much for a 2x2 transposed convolution (it multiplies the output's size by
   * the kernel's).
   */
  readonly hooked: number;
}

/** Operations without multiply-accumulates that the profiler counts all the same. */
export interface HookedExtras {
  /** Elements through layer or batch normalisation: 4 operations each. */
  readonly normalised?: number;
  /** Elements through PReLU modules: 1 each. */
  readonly prelu?: number;
  /** Elements read by adaptive average pooling modules, plus one division a result. */
  readonly pooled?: number;
}

export interface LayerComplexity extends HookedExtras {
  readonly costs: readonly LayerCost[];
}

type Rule = (
  layer: tfl.layers.Layer,
  inputs: readonly Extents[],
  output: Extents,
  /** Inputs of the layers that made the inputs. */
  sources: readonly Extents[],
) => LayerComplexity;

const pixels = ([batch, height, width]: Extents) => batch! * height! * width!;
const size = (extents: Extents) => extents.reduce((a, b) => a * b, 1);
const hooked = (kind: CostKind, macs: number): LayerCost => ({ kind, macs, hooked: macs });
const unseen = (kind: CostKind, macs: number): LayerCost => ({ kind, macs, hooked: 0 });
const only = (...costs: LayerCost[]): LayerComplexity => ({ costs });

/** Shape of the weight whose name ends so. */
function weightShape(layer: tfl.layers.Layer, name: string): readonly number[] {
  const weight = layer.weights.find((w) => w.originalName === name || w.originalName.endsWith(`/${name}`));
  if (weight === undefined) {
    const known = layer.weights.map((w) => w.originalName).join(', ');
    throw new Error(`complexity: layer '${layer.name}' has no weight '${name}'; it has ${known}`);
  }
  return weight.shape as number[];
}

/** Values of all two-dimensional kernels of a layer. */
function kernelTaps(layer: tfl.layers.Layer): number {
  return layer.weights
    .map((w) => w.shape as number[])
    .filter((shape) => shape.length === 4)
    .reduce((sum, shape) => sum + size(shape), 0);
}

/** SS2D of Mamba-1 (GMSR-Net): d channels, D = 2d inside; 4N + 2 multiplications a channel, step and direction. */
function ss2dCosts(layer: tfl.layers.Layer, prefix: string, count: number, d: number): LayerCost[] {
  const D = 2 * d;
  const [K, , R] = weightShape(layer, `${prefix}dt_projs_weight`) as [number, number, number];
  const N = weightShape(layer, `${prefix}A_logs`)[1]!;
  return [
    hooked('linear', count * (d * 2 * D + D * d)),
    hooked('convolution', count * 9 * D),
    unseen('projection', count * K * (D * (R + 2 * N) + D * R)),
    unseen('scan', count * K * D * (4 * N + 2)),
  ];
}

/** SS2D of Mamba-2 (M3SR): no gate, no dt projection; 3N + 2 multiplications a channel, step and direction. */
function ssdCosts(count: number, m: number, R: number, N: number): LayerCost[] {
  const D = 2 * m;
  return [
    hooked('linear', count * 2 * m * D),
    hooked('convolution', count * 9 * D),
    unseen('projection', count * 4 * D * (R + 2 * N)),
    unseen('scan', count * 4 * D * (3 * N + 2)),
  ];
}

const rules: Readonly<Record<string, Rule>> = {
  Conv2D: (layer, _, output) => {
    const [kh, kw, input, filters] = weightShape(layer, 'kernel');
    return only(hooked('convolution', pixels(output) * kh! * kw! * input! * filters!));
  },
  DepthwiseConv2D: (layer, _, output) => {
    const [kh, kw, channels] = weightShape(layer, 'depthwise_kernel');
    return only(hooked('convolution', pixels(output) * kh! * kw! * channels!));
  },
  Conv2DTranspose: (layer, [input], output) => {
    const taps = size(weightShape(layer, 'kernel'));
    return only({ kind: 'convolution', macs: pixels(input!) * taps, hooked: pixels(output) * taps });
  },
  Dense: (layer, _, output) => {
    const [input, units] = weightShape(layer, 'kernel');
    return only(hooked('linear', (size(output) / units!) * input! * units!));
  },
  // Stride-1 kernels of a fused block: taps [kh, kw, in, out] or, depthwise, [kh, kw, channels, 1], once a pixel.
  AgdStage: (layer, [input]) => only(hooked('convolution', pixels(input!) * kernelTaps(layer))),
  MsabBlock: (layer, [input]) => {
    const channels = input![3]!;
    const count = pixels(input!);
    const heads = weightShape(layer, '0.rescale')[0]!;
    return {
      costs: [
        hooked('linear', count * 4 * channels * channels),
        unseen('matmul', (count * 2 * channels * channels) / heads),
        hooked('convolution', count * kernelTaps(layer)),
      ],
      normalised: size(input!),
    };
  },
  LayerNormalization: (_, __, output) => ({ costs: [], normalised: size(output) }),
  PrismambaLayerNorm: (_, __, output) => ({ costs: [], normalised: size(output) }),
  BatchNormalization2d: (_, __, output) => ({ costs: [], normalised: size(output) }),
  SharedPrelu: (_, __, output) => ({ costs: [], prelu: size(output) }),
  GlobalPool: (layer, [input], output) =>
    (layer as unknown as { mode: string }).mode === 'average'
      ? { costs: [], pooled: size(input!) + size(output) }
      : { costs: [] },
  VSSBlock: (layer, [input]) => {
    const d = input![3]!;
    const count = pixels(input!);
    return { costs: ss2dCosts(layer, 'self_attention.', count, d), normalised: count * 3 * d };
  },
  SS2D: (layer, [input]) => {
    const d = input![3]!;
    return { costs: ss2dCosts(layer, '', pixels(input!), d), normalised: pixels(input!) * 2 * d };
  },
  PointwiseGeluResidual: (layer, inputs, output) => {
    // A branch given as a factor of the first input has that input's channels.
    const { branches } = layer.getConfig() as { branches?: readonly string[] };
    const channels = inputs
      .slice(1)
      .reduce((sum, branch, k) => sum + (branches?.[k] === 'scale' ? output[3]! : branch[3]!), 0);
    return only(hooked('convolution', pixels(output) * channels * output[3]!));
  },
  SpatialAttentionMap: (_, __, output) => only(hooked('convolution', pixels(output) * 49 * 2)),
  SpectralAttentionGate: (layer, [input], _, [features]) => {
    const [batch, , channels] = input!;
    const hasNet = layer.weights.length > 0;
    // One pooled vector: a profiler's hooks keep the last of the two calls of the shared net.
    const net = hasNet ? [hooked('convolution', batch! * 2 * channels! * channels!)] : [];
    return { costs: net, pooled: size(features!) + batch! * channels! };
  },
  SpatialGradientAttention: (_, [input]) => only(hooked('convolution', pixels(input!) * 49 * 2)),
  SpectralGradientAttention: (layer, [input]) => {
    const [batch, , , channels] = input!;
    const hasNet = layer.weights.length > 0;
    // One pooled vector: a profiler's hooks keep the last of the two calls of the shared net.
    const net = hasNet ? [hooked('convolution', batch! * 2 * channels! * channels!)] : [];
    return { costs: net, pooled: size(input!) + batch! * channels! };
  },
  Mamba2Block: (layer, [input]) => {
    const [, R] = weightShape(layer, 'A_logs');
    const states = (weightShape(layer, 'x_proj_weight')[1]! - R!) / 2;
    const m = input![3]!;
    return { costs: ssdCosts(pixels(input!), m, R!, states), normalised: pixels(input!) * 2 * m };
  },
  FrequencyMamba: (layer, [input]) => {
    const [batch, height, width, d] = input as [number, number, number, number];
    const { wavelet } = layer.getConfig() as { wavelet: WaveletName };
    const taps = waveletFilters(wavelet).decLow.length;
    const [rows, columns] = [coefficientCount(height, taps), coefficientCount(width, taps)];
    const count = batch * rows * columns;
    const [, R] = weightShape(layer, 'att_spa.A_logs');
    const states = (weightShape(layer, 'att_spa.x_proj_weight')[1]! - R!) / 2;
    // Separable transform, there and back: two filters along the width, two more for each along the height.
    const transform = batch * d * taps * columns * (2 * height + 4 * rows);
    return {
      costs: [unseen('convolution', 2 * transform), ...ssdCosts(count, 4 * d, R!, states)],
      normalised: count * (4 * d + 8 * d),
    };
  },
  SpectralMamba: (layer, [input]) => {
    const [D, N] = weightShape(layer, 'mamba.A_log') as [number, number];
    const R = weightShape(layer, 'mamba.dt_proj.weight')[1]!;
    const d = D / 2;
    const groups = input![3]! / d;
    const tokens = pixels(input!) * groups;
    return only(
      unseen('linear', tokens * (6 * d * d + D * (R + 2 * N) + D * R)),
      unseen('convolution', pixels(input!) * D * 4 * (groups + 3)), // the official padded length
      unseen('scan', tokens * D * (4 * N + 2)),
    );
  },
  MambaBlock: (layer, [input]) => {
    const [batch, length, d] = input as [number, number, number];
    const [D, N] = weightShape(layer, 'A_log') as [number, number];
    const R = weightShape(layer, 'dt_proj.weight')[1]!;
    const tokens = batch * length;
    return only(
      hooked('linear', tokens * (6 * d * d + D * (R + 2 * N) + D * R)),
      hooked('convolution', batch * D * 4 * (length + 3)),
      unseen('scan', tokens * D * (4 * N + 2)),
    );
  },
  SpectralMsa: (layer, [input]) => {
    const channels = input![3]!;
    const heads = weightShape(layer, 'rescale')[0]!;
    const count = pixels(input!);
    return only(
      hooked('linear', count * 4 * channels * channels),
      unseen('matmul', (count * 2 * channels * channels) / heads),
      hooked('convolution', count * 18 * channels),
    );
  },
  Cbam: (layer, [input]) => {
    const [batch, , , channels] = input!;
    const net = layer.weights
      .filter((w) => w.shape.length === 2)
      .reduce((sum, w) => sum + size(w.shape as number[]), 0);
    return {
      costs: [hooked('linear', batch! * 2 * net), hooked('convolution', pixels(input!) * 49 * 2)],
      pooled: size(input!) + batch! * channels!,
    };
  },
  SoftmaxPool: (_, [input]) => only(unseen('matmul', size(input!))),
  ChannelDot: (_, inputs) => only(unseen('matmul', size(inputs[1]!))),
  SpectralGates: (layer, [input]) => {
    const [batch, height, width, channels] = input!;
    const kernel = weightShape(layer, 'gate_h')[1]!;
    return only(hooked('convolution', batch! * kernel * channels! * (height! + width!)));
  },
  PatchNonLocal: (layer, [input]) => {
    const [batch, height, width, channels] = input!;
    const inner = weightShape(layer, 'g')[1]!;
    const [h, w] = [Math.floor(height! / 2), Math.floor(width! / 2)];
    const quadrants = [h * w, h * (width! - w), (height! - h) * w, (height! - h) * (width! - w)];
    const squares = quadrants.reduce((sum, n) => sum + n * n, 0);
    return only(
      hooked('convolution', pixels(input!) * 3 * channels! * inner),
      unseen('matmul', batch! * squares * 2 * inner),
    );
  },
};

/** Layers without multiply-accumulates of weights or matrices (additions, activations, reshaping). */
const free = new Set([
  'GradientStatistics',
  'InputLayer',
  'Add',
  'Multiply',
  'Concatenate',
  'Subtract',
  'Activation',
  'ReLU',
  'LeakyReLU',
  'MaxPooling2D',
  'PadToMultiple',
  'RequireMultiple',
  'CropLike',
  'EdgePad',
  'PixelShuffle',
  'Scale',
  'UnusedWeights',
  'SpectralExpansion',
  'PositionSoftmax',
  'ChannelSlice',
  'BranchFusion',
  'MeanSpectrum',
  'RootPolynomial',
  'Dwt2d',
  'Idwt2d',
]);

/** @throws for a layer class without a rule: add one here, so that no cost is left out in silence. */
export function layerComplexity(
  layer: tfl.layers.Layer,
  inputs: readonly Extents[],
  output: Extents,
  sources: readonly Extents[] = [],
): LayerComplexity {
  const name = layer.getClassName();
  const rule = rules[name];
  if (rule !== undefined) return rule(layer, inputs, output, sources);
  if (free.has(name)) return { costs: [] };
  throw new Error(`complexity: no cost rule for layer class '${name}' (layer '${layer.name}')`);
}
