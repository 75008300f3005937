import {
  constant,
  fixedChannels,
  logArange,
  registerLayer,
  singleInput,
  stepSizeBias,
  uniform,
  WeightTableLayer,
  type WeightSpec,
  type WeightTable,
  type WeightTableLayerConfig,
} from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { DIRECTION_COUNTS, type DirectionCount } from '../../ss2d-scan/scan-by-directions.js';
import { ss2dCost } from './ss2d.cost.js';
import { ss2d, type Ss2dWeights } from './ss2d.js';
import { ss2dOnnx } from './ss2d.onnx.js';

export interface SS2DConfig extends WeightTableLayerConfig {
  /** States N; 16 unless stated. */
  readonly dState?: number;
  /** D / d; 2 unless stated. */
  readonly expand?: number;
  /** Rank of the step-size projection; `auto` (default): ceil(d / 16). */
  readonly dtRank?: number | 'auto';
  /** 4 (default): the cross scan of VMamba; 2: row-major and its reverse; 1: row-major. */
  readonly directions?: DirectionCount;
}

export interface Ss2dSizes {
  readonly dState: number;
  readonly expand: number;
  readonly dtRank: number | 'auto';
  readonly directions: DirectionCount;
}

/** The sizes of a config, defaults filled in. @throws Error naming layer, option, got and wanted. */
export function ss2dSizes(caller: string, config: SS2DConfig): Ss2dSizes {
  const { dState = 16, expand = 2, dtRank = 'auto', directions = 4 } = config;
  for (const [name, value] of Object.entries({ dState, expand, dtRank })) {
    if (value !== 'auto' && !(Number.isInteger(value) && value >= 1)) {
      throw new Error(`${caller}: ${name}: got ${String(value)}, wanted a whole number of at least 1`);
    }
  }
  if (!DIRECTION_COUNTS.includes(directions)) {
    throw new Error(
      `${caller}: directions: got ${String(directions)}, wanted one of ${DIRECTION_COUNTS.join(', ')}`,
    );
  }
  return { dState, expand, dtRank, directions };
}

/** The weights of `ss2d` for width d, in the order of the official state dictionary. */
export function ss2dWeightTable(
  width: number,
  { dState, expand, dtRank, directions }: Ss2dSizes,
): WeightTable<Ss2dWeights> {
  const inner = expand * width;
  const rank = dtRank === 'auto' ? Math.ceil(width / 16) : dtRank;
  const within = (shape: readonly number[], fanIn: number): WeightSpec => ({
    shape,
    initial: uniform(1 / Math.sqrt(fanIn)),
  });
  const convolution = 9;
  return {
    x_proj_weight: within([directions, rank + 2 * dState, inner], inner),
    dt_projs_weight: within([directions, inner, rank], rank),
    dt_projs_bias: { shape: [directions, inner], initial: stepSizeBias() },
    A_logs: { shape: [directions * inner, dState], initial: logArange },
    Ds: { shape: [directions * inner], initial: constant(1) },
    'in_proj.weight': within([2 * inner, width], width),
    'conv2d.weight': within([inner, 1, 3, 3], convolution),
    'conv2d.bias': within([inner], convolution),
    'out_norm.weight': { shape: [inner], initial: constant(1) },
    'out_norm.bias': { shape: [inner], initial: constant(0) },
    'out_proj.weight': within([width, inner], inner),
  };
}

/** Layer of `ss2d`: [B, H, W, d] to the same shape, weights under the official names and in official layouts. */
export class SS2D extends WeightTableLayer<Ss2dWeights> {
  static readonly className = 'SS2D';
  private readonly sizes: Ss2dSizes;

  constructor(config: SS2DConfig = {}) {
    super(config);
    this.sizes = ss2dSizes('SS2D', config);
  }

  protected override weightTable(inputShape: tfl.Shape): WeightTable<Ss2dWeights> {
    return ss2dWeightTable(fixedChannels('SS2D', inputShape), this.sizes);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      return ss2d(singleInput<tf.Tensor4D>(inputs), this.readWeights());
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.sizes };
  }
}
registerLayer(SS2D, { cost: ss2dCost, onnx: ss2dOnnx });
