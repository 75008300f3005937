import {
  constant,
  firstShape,
  registerLayer,
  singleInput,
  WeightTableLayer,
  type WeightSpec,
} from '@prismamba/core/layer';
import { recompute } from '@prismamba/ssm-core';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { OUTPUT_BANDS } from '../bands.js';
import { denseInput, denseWidths } from './agd-net.state-dict.js';
import { agdStage, type Observer } from './agd-stage.js';
import { agdStageCost } from './agd-stage.cost.js';
import { agdStageOnnx } from './agd-stage.onnx.js';

export interface AgdStageConfig {
  readonly name?: string;
  /** Position in the network: stage 0 has biases, the others remove means and add u. */
  readonly stage: number;
  /** Bands of the cube; 31 unless stated. */
  readonly bands?: number;
}

/**
 * Layer of {@link agdStage}. In training it keeps its input only and computes the stage again for the gradient: a
 * stage has some 850 channels of intermediate maps, which would be 1 GB for two patches of 128 x 128 in nine stages.
 * Its weights start at zero; the model sets them.
 */
export class AgdStage extends WeightTableLayer<Record<string, tf.Tensor>> {
  static readonly className = 'AgdStage';
  private readonly stage: number;
  private readonly bands: number;

  constructor(config: AgdStageConfig) {
    super(config);
    this.stage = config.stage;
    this.bands = config.bands ?? OUTPUT_BANDS;
  }

  protected override weightTable(): Record<string, WeightSpec> {
    const { bands } = this;
    const table: Record<string, WeightSpec> = {};
    const add = (name: string, shape: number[]) => (table[name] = { shape, initial: constant(0) });
    add('Upconv.kernel', [3, 3, 3, bands]);
    denseWidths(bands).forEach((out, i) => {
      for (const [layer, name, shape] of [
        ['compressLayer', 'kernel', [1, 1, denseInput(bands, i), out]],
        ['actlayer', 'depthwise_kernel', [3, 3, out, 1]],
      ] as const) {
        add(`denselayers.${i}.${layer}.${name}`, [...shape]);
        if (this.stage === 0) add(`denselayers.${i}.${layer}.bias`, [out]);
      }
    });
    return table;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const weights = this.readWeights();
      const names = Object.keys(weights);
      const run = (msi: tf.Tensor, ...values: tf.Tensor[]) =>
        agdStage(
          msi as tf.Tensor4D,
          Object.fromEntries(names.map((name, k) => [name, values[k]!])),
          this.stage,
        );
      return recompute(run, [singleInput(inputs), ...names.map((name) => weights[name]!)]);
    });
  }

  /** The stage once more, with a look at its modules. */
  observe(msi: tf.Tensor4D, observer: Observer): tf.Tensor4D {
    return agdStage(msi, this.readWeights(), this.stage, observer);
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch, height, width] = firstShape(inputShape);
    return [batch!, height!, width!, this.bands];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), stage: this.stage, bands: this.bands };
  }
}
registerLayer(AgdStage, { cost: agdStageCost, onnx: agdStageOnnx });
