import { geluNodes, type OnnxForm } from '@prismamba/core/layer';

/** x + GELU(conv1x1 of all branches); a branch of kind `scale` stands for x times it. */
export const pointwiseGeluResidualOnnx: OnnxForm = ({ graph, name, config, inputs }) => {
  const [x, ...branches] = inputs as [string, ...string[]];
  const kinds = config['branches'] as readonly ('map' | 'scale')[] | undefined;
  const maps = branches.map((branch, k) =>
    kinds?.[k] === 'scale' ? graph.node('Mul', [x, branch]) : branch,
  );
  const joined = maps.length === 1 ? maps[0]! : graph.node('Concat', maps, { axis: 1 });
  const mixed = graph.node('Conv', [joined, graph.weight(`${name}/weight`), graph.weight(`${name}/bias`)]);
  return graph.node('Add', [x, geluNodes(graph, mixed)]);
};
