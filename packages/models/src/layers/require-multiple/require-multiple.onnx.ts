import type { OnnxForm } from '@prismamba/core/layer';

/** An image that does not fit fails at a concatenation. */
export const requireMultipleOnnx: OnnxForm = ({ x }) => x;
