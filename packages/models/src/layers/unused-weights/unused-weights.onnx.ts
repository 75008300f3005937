import type { OnnxForm } from '@prismamba/core/layer';

/** The weights that nothing reads stay behind. */
export const unusedWeightsOnnx: OnnxForm = ({ x }) => x;
