import {
  fixedChannels,
  registerLayer,
  uniform,
  WeightTableLayer,
  type WeightTable,
  type WeightTableLayerConfig,
} from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { pointwiseGeluResidualCost } from './pointwise-gelu-residual.cost.js';
import { pointwiseGeluResidualOnnx } from './pointwise-gelu-residual.onnx.js';
import { pointwiseGeluResidual } from '../../pointwise-gelu-residual/pointwise-gelu-residual.js';

interface PointwiseWeights {
  readonly weight: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
}

export interface PointwiseGeluResidualConfig extends WeightTableLayerConfig {
  /**
   * What each branch is: `map` [B, H, W, C_k] (default for all), or `scale`, a factor [B, H, W, 1] or [B, 1, 1, C] that
   * stands for x times it.
   */
  readonly branches?: readonly ('map' | 'scale')[];
}

/**
 * Layer of {@link pointwiseGeluResidual}: inputs [x, branch, ...], output like x. Weights `weight` [C, sum C_k, 1, 1]
 * and `bias` [C] (officially `0.weight` and `0.bias`, of a `Sequential` of convolution and GELU), uniform in +-1/sqrt(sum C_k).
 */
export class PointwiseGeluResidual extends WeightTableLayer<PointwiseWeights> {
  static readonly className = 'PointwiseGeluResidual';
  private readonly branches: readonly ('map' | 'scale')[] | undefined;
  private branchChannels = 0;

  constructor(config: PointwiseGeluResidualConfig = {}) {
    super(config);
    this.branches = config.branches;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const [own, ...others] = inputShapes(inputShape);
    if (this.branches !== undefined && this.branches.length !== others.length) {
      throw new Error(
        `PointwiseGeluResidual: branches: got ${this.branches.length} kinds for ${others.length} branches, wanted one each`,
      );
    }
    const channels = others.map((shape, k) =>
      fixedChannels('PointwiseGeluResidual', this.branches?.[k] === 'scale' ? own! : shape),
    );
    this.branchChannels = channels.reduce((sum, count) => sum + count, 0);
    super.build(inputShape);
  }

  protected override weightTable(inputShape: tfl.Shape): WeightTable<PointwiseWeights> {
    const channels = fixedChannels('PointwiseGeluResidual', inputShape);
    const initial = uniform(1 / Math.sqrt(this.branchChannels));
    return {
      weight: { shape: [channels, this.branchChannels, 1, 1], initial },
      bias: { shape: [channels], initial },
    };
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const [x, ...branches] = inputs as tf.Tensor4D[];
      const weights = this.readWeights();
      return pointwiseGeluResidual({
        x: x!,
        branches: branches.map((branch, k) => (this.branches?.[k] === 'scale' ? { scale: branch } : branch)),
        weight: weights.weight,
        bias: weights.bias,
      });
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return inputShapes(inputShape)[0]!;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...(this.branches === undefined ? {} : { branches: [...this.branches] }) };
  }
}
registerLayer(PointwiseGeluResidual, { cost: pointwiseGeluResidualCost, onnx: pointwiseGeluResidualOnnx });

function inputShapes(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape[] {
  if (!Array.isArray(inputShape[0]) || inputShape.length < 2) {
    throw new Error(
      'PointwiseGeluResidual: inputs: got one tensor, wanted [x, branch, ...]: the residual and at least one branch',
    );
  }
  return inputShape as tfl.Shape[];
}
