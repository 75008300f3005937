import { layerNormNodes, type OnnxForm } from '@prismamba/core/layer';
import type { WaveletName } from '@prismamba/spectral-attention';
import { dwt2dNodes, idwt2dNodes } from '@prismamba/spectral-attention/internal';
import { mamba2BlockNodes } from '@prismamba/ssm-core/internal';
import { FREQUENCY_NORM_EPSILON } from './frequency-mamba.js';

export const frequencyMambaOnnx: OnnxForm = ({ graph, name, config, x }) => {
  const wavelet = config['wavelet'] as WaveletName;
  const channels = graph.shapeOf(`${name}/ln.weight`)[0]! / 4;
  const bands = dwt2dNodes(graph, x, wavelet, channels);
  const normal = layerNormNodes(graph, bands, `${name}/ln.weight`, `${name}/ln.bias`, FREQUENCY_NORM_EPSILON);
  const mixed = graph.node('Add', [bands, mamba2BlockNodes(graph, `${name}/att_spa.`, normal)]);
  const whole = idwt2dNodes(graph, mixed, wavelet, channels);
  return graph.node('Slice', [whole, graph.int64(0, 0), graph.sizes(x, 2, 4), graph.int64(2, 3)]);
};
