import type { OnnxForm } from '@prismamba/core/layer';

export const branchFusionOnnx: OnnxForm = ({ graph, name, config, inputs }) => {
  const branches = config['branches'] as number;
  const shares = graph.node('Softmax', [graph.weight(`${name}/weights`)], { axis: 0 }); // [n]
  return inputs.slice(0, branches).reduce((sum, branch, i) => {
    const share = graph.node('Gather', [shares, graph.int64(i)], { axis: 0 }); // [1]
    return graph.node('Add', [sum, graph.node('Mul', [branch, share])]);
  }, inputs[branches]!);
};
