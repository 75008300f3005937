import { Cbam, SpectralMsa } from '@prismamba/spectral-attention';
import { VSSBlock } from '@prismamba/ssm-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { convolution } from '../layers/convolution.js';
import { apply, type Symbolic } from '../layers/graph.js';
import { LayerNorm } from '../layers/layer-norm/layer-norm.layer.js';
import type { GmsrNetConfig } from './gmsr-net.config.js';
import { CBAM_REDUCTION } from './gmsr-net.state-dict.js';

/** `initialiseModel` draws every weight of the network: what a layer drew before would be lost work. */
const weightInitializer = 'zeros';

/**
 * The token mixer of block `s`, or undefined for `none`. `mamba` is the official VSS block; the others are our
 * reading of Table II, whose code was never published, and like the VSS block they have no residual of their own:
 * - `cnn`: conv3x3, GELU, conv3x3, both with bias;
 * - `transformer`: layer norm, then spectral-wise multi-head self-attention (MST++), one head, which is linear in the pixels
 *   (spatial attention over 16,384 tokens of a 128x128 patch would not be comparable in cost).
 */
export function applyMixer(
  config: GmsrNetConfig,
  s: number,
  width: number,
  o: Symbolic,
): Symbolic | undefined {
  switch (config.mixer) {
    case 'mamba': {
      const block = new VSSBlock({
        name: `VSS${s}`,
        dState: config.d_state,
        directions: config.directions,
        dropPathRate: config.drop_path_rate,
        weightInitializer,
      });
      return apply(block, o);
    }
    case 'cnn': {
      const conv = (i: number) =>
        convolution({ name: `cnn${s}.${i}`, filters: width, kernelSize: 3, useBias: true });
      const gelu = tfl.layers.activation({ activation: 'gelu', name: `cnn${s}.1` });
      return apply(conv(2), apply(gelu, apply(conv(0), o)));
    }
    case 'transformer': {
      const norm = new LayerNorm({ name: `transformer${s}.ln_1`, weightInitializer });
      const attention = new SpectralMsa({ name: `transformer${s}.attn`, heads: 1, weightInitializer });
      return apply(attention, apply(norm, o));
    }
    case 'none':
      return undefined;
  }
}

/** Convolutional block attention as a further branch of block `s`. */
export function applyCbam(s: number, o: Symbolic): Symbolic {
  return apply(new Cbam({ name: `cbam${s}`, reduction: CBAM_REDUCTION, weightInitializer }), o);
}
