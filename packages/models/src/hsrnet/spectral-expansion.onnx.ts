import type { OnnxForm } from '@prismamba/core/layer';

export const spectralExpansionOnnx: OnnxForm = ({ graph, x }) => {
  const [r, g, b] = graph.split(x, 1, [1, 1, 1]) as [string, string, string];
  const difference = (p: string, q: string) => graph.node('Abs', [graph.node('Sub', [p, q])]);
  return graph.node('Concat', [r, difference(g, r), g, difference(b, g), b], { axis: 1 });
};
