import { elements, type CostForm } from '@prismamba/core/layer';

export const sharedPreluCost: CostForm = ({ output }) => ({ costs: [], prelu: elements(output) });
