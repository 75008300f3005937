import type { OnnxForm } from '@prismamba/core/layer';

/** (k - size mod k) mod k rows below and columns to the right. */
export const padToMultipleOnnx: OnnxForm = ({ graph, config, x }) => {
  const k = graph.int64(config['multiple'] as number);
  const rest = graph.node('Mod', [graph.sizes(x, 2, 4), k]);
  const missing = graph.node('Mod', [graph.node('Sub', [k, rest]), k]);
  const pads = graph.node('Concat', [graph.int64(0, 0, 0, 0, 0, 0), missing], { axis: 0 });
  return graph.node('Pad', [x, pads], { mode: 'reflect' });
};
