import type { OnnxForm } from '@prismamba/core/layer';

export const subtractOnnx: OnnxForm = ({ graph, inputs }) => graph.node('Sub', inputs);
