import type { OnnxForm } from '@prismamba/core/layer';

export const pixelShuffleOnnx: OnnxForm = ({ graph, config, x, inputShape }) => {
  const k = config['factor'] as number;
  if (config['direction'] === 'shuffle') {
    return graph.node('DepthToSpace', [x], { blocksize: k, mode: 'CRD' });
  }
  // SpaceToDepth puts the cell first, (y k + x) C + c; PyTorch's order is c k^2 + y k + x.
  const channels = inputShape[3]!;
  const order = Array.from(
    { length: channels * k * k },
    (_, i) => (i % (k * k)) * channels + Math.floor(i / (k * k)),
  );
  const cells = graph.node('SpaceToDepth', [x], { blocksize: k });
  return graph.node('Gather', [cells, graph.int64(...order)], { axis: 1 });
};
