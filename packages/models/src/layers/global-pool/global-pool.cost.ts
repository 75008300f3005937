import { elements, type CostForm } from '@prismamba/core/layer';

export const globalPoolCost: CostForm = ({ config, input, output }) =>
  config['mode'] === 'average' ? { costs: [], pooled: elements(input) + elements(output) } : { costs: [] };
