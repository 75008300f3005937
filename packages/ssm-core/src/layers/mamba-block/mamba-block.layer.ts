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
import { mambaBlockCost } from './mamba-block.cost.js';
import { mambaBlock, type MambaBlockWeights } from './mamba-block.js';
import { mambaBlockRefusal } from './mamba-block.onnx.js';

export interface MambaBlockConfig extends WeightTableLayerConfig {
  /** States N; 16 unless stated. */
  readonly dState?: number;
  /** Width of the causal convolution; 4 unless stated. */
  readonly dConv?: number;
}

/** The weights of `mambaBlock` for width d: D = 2d channels, R = ceil(d/16). */
export function mambaWeightTable(
  width: number,
  dState: number,
  dConv: number,
): WeightTable<MambaBlockWeights> {
  const inner = 2 * width;
  const rank = Math.ceil(width / 16);
  const linear = (out: number, size: number): WeightSpec => ({
    shape: [out, size],
    initial: uniform(1 / Math.sqrt(size)),
  });
  return {
    A_log: { shape: [inner, dState], initial: logArange },
    D: { shape: [inner], initial: constant(1) },
    'in_proj.weight': linear(2 * inner, width),
    'conv1d.weight': { shape: [inner, 1, dConv], initial: uniform(1 / Math.sqrt(dConv)) },
    'conv1d.bias': { shape: [inner], initial: uniform(1 / Math.sqrt(dConv)) },
    'x_proj.weight': linear(rank + 2 * dState, inner),
    'dt_proj.weight': linear(inner, rank),
    'dt_proj.bias': { shape: [inner], initial: stepSizeBias() },
    'out_proj.weight': linear(width, inner),
  };
}

/** Layer of `mambaBlock`: [B, L, d] to the same shape, weights under the official names and layouts. */
export class MambaBlock extends WeightTableLayer<MambaBlockWeights> {
  static readonly className = 'MambaBlock';
  private readonly dState: number;
  private readonly dConv: number;

  constructor(config: MambaBlockConfig = {}) {
    super(config);
    this.dState = config.dState ?? 16;
    this.dConv = config.dConv ?? 4;
  }

  protected override weightTable(inputShape: tfl.Shape): WeightTable<MambaBlockWeights> {
    return mambaWeightTable(fixedChannels('MambaBlock', inputShape), this.dState, this.dConv);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      return mambaBlock(singleInput<tf.Tensor3D>(inputs), this.readWeights());
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), dState: this.dState, dConv: this.dConv };
  }
}
registerLayer(MambaBlock, { cost: mambaBlockCost, onnx: mambaBlockRefusal });
