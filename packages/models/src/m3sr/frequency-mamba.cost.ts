import { unseen, type CostForm } from '@prismamba/core/layer';
import { ssdCosts } from '@prismamba/ssm-core/internal';
import type { WaveletName } from '@prismamba/spectral-attention';
import { coefficientCount, waveletFilters } from '@prismamba/spectral-attention/internal';

export const frequencyMambaCost: CostForm = ({ config, weightShape, input }) => {
  const [batch, height, width, d] = input as [number, number, number, number];
  const taps = waveletFilters(config['wavelet'] as WaveletName).decLow.length;
  const [rows, columns] = [coefficientCount(height, taps), coefficientCount(width, taps)];
  const count = batch * rows * columns;
  // Separable transform, there and back: two filters along the width, two more for each along the height.
  const transform = batch * d * taps * columns * (2 * height + 4 * rows);
  return {
    costs: [unseen('convolution', 2 * transform), ...ssdCosts(weightShape, 'att_spa.', count, 4 * d)],
    normalised: count * (4 * d + 8 * d),
  };
};
