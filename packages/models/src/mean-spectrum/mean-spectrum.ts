import * as tfl from '@tensorflow/tfjs-layers';
import { INPUT_CHANNELS } from '../bands.js';
import { checkPixelBatch } from '../closed-form/pixel-batch.js';
import type { ModelDefinition } from '../model-definition.js';
import { assignOfficial, entryVariables } from '../state-dict/model-weights.js';
import { meanSpectrumConfig, type MeanSpectrumConfig } from './mean-spectrum.config.js';
import { meanSpectrumStateDict } from './mean-spectrum.state-dict.js';
import { MeanSpectrumLayer } from './mean-spectrum.layer.js';

/**
 * The baseline that looks at nothing: every pixel gets the mean spectrum of the training pixels,
 * y_b = (1/n) sum_i t_ib. It is the best constant under the squared error.
 */
export const meanSpectrum: ModelDefinition<MeanSpectrumConfig> = {
  key: 'mean-spectrum',
  title: 'Mean spectrum',
  paper: { title: 'Baseline of this project', authors: '-', venue: '-' },
  config: meanSpectrumConfig,
  fit: 'closed-form',
  parameters: 31,
  small: {},
  stateDict: meanSpectrumStateDict,
  build({ bands }) {
    const rgb = tfl.input({ shape: [null, null, INPUT_CHANNELS], name: 'rgb' });
    const y = new MeanSpectrumLayer({ name: 'spectrum', bands }).apply(rgb) as tfl.SymbolicTensor;
    return tfl.model({ inputs: rgb, outputs: y, name: 'mean-spectrum' });
  },
  async fitPixels(model, config, pixels) {
    const { bands } = config;
    const sum = new Float64Array(bands);
    let count = 0;
    for await (const batch of pixels) {
      checkPixelBatch('mean-spectrum', bands, batch);
      for (let i = 0; i < batch.count * bands; i++) sum[i % bands]! += batch.cube[i]!;
      count += batch.count;
    }
    if (count === 0) throw new Error('fitPixels: mean-spectrum: got no pixels, wanted at least one');
    for (const [entry, variable] of entryVariables(model, meanSpectrumStateDict(config))) {
      assignOfficial(
        variable,
        entry,
        Float32Array.from(sum, (s) => s / count),
      );
    }
  },
};
