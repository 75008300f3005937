import type { OnnxForm } from '@prismamba/core/layer';

/** The mean spectrum [31] on every pixel: 0 * (one channel of the image) gives the map its size. */
export const meanSpectrumOnnx: OnnxForm = ({ graph, name, x }) => {
  const one = graph.node('Slice', [x, graph.int64(0), graph.int64(1), graph.int64(1)]);
  const zeros = graph.node('Sub', [one, one]);
  const spectrum = graph.node('Reshape', [graph.weight(`${name}/mean`), graph.int64(1, -1, 1, 1)]);
  return graph.node('Add', [zeros, spectrum]);
};
