import { elements, unseen, type CostForm } from '@prismamba/core/layer';

export const channelDotCost: CostForm = ({ inputs }) => ({
  costs: [unseen('matmul', elements(inputs[1]!))],
});
