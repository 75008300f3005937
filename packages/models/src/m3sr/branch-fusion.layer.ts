import {
  constant,
  free,
  registerLayer,
  WeightTableLayer,
  type WeightTable,
  type WeightTableLayerConfig,
} from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { branchFusionOnnx } from './branch-fusion.onnx.js';

export interface BranchFusionConfig extends WeightTableLayerConfig {
  /** Branches to fuse: 3 in the official network. */
  readonly branches: number;
}

interface FusionWeights {
  readonly weights: tf.Tensor1D;
}

/**
 * Fusion of M3SR's branches: y = sum_i softmax(weights)_i x_i + u, from [x_1, ..., x_n, u]. Weight `weights` [n],
 * 1/n each at the start.
 */
export class BranchFusion extends WeightTableLayer<FusionWeights> {
  static readonly className = 'BranchFusion';
  private readonly branches: number;

  constructor(config: BranchFusionConfig) {
    super(config);
    this.branches = config.branches;
  }

  protected override weightTable(): WeightTable<FusionWeights> {
    const n = this.branches;
    return { weights: { shape: [n], initial: constant(1 / n) } };
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const maps = inputs as tf.Tensor[];
    if (maps.length !== this.branches + 1) {
      throw new Error(
        `BranchFusion: got ${maps.length} inputs, wanted ${this.branches} branches and the block's input`,
      );
    }
    return tf.tidy(() => {
      const shares = tf.softmax(this.readWeights().weights);
      let y = maps[this.branches]!;
      for (let i = 0; i < this.branches; i++) {
        const share = tf.reshape(tf.slice(shares, [i], [1]), []);
        y = tf.add(y, tf.mul(maps[i]!, share));
      }
      return y;
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return (inputShape as tfl.Shape[])[0]!;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), branches: this.branches };
  }
}
registerLayer(BranchFusion, { cost: free, onnx: branchFusionOnnx });
