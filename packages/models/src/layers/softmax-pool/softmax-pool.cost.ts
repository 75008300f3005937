import { elements, unseen, type CostForm } from '@prismamba/core/layer';

export const softmaxPoolCost: CostForm = ({ input }) => ({ costs: [unseen('matmul', elements(input))] });
