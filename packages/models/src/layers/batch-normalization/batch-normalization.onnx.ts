import type { OnnxForm } from '@prismamba/core/layer';

export const batchNormalizationOnnx: OnnxForm = ({ graph, name, config, x }) => {
  const weights = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((w) =>
    graph.weight(`${name}/${w}`),
  );
  return graph.node('BatchNormalization', [x, ...weights], {
    epsilon: { float: config['epsilon'] as number },
  });
};
