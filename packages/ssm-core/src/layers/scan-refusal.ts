import type { OnnxRefusal } from '@prismamba/core/layer';

/** Why the layers with a recurrence over positions have no ONNX form. */
export const scanRefusal: OnnxRefusal = {
  what: 'a selective scan',
  reason: 'ONNX opset 17 has no operator for it, and as the generic Scan it would take one step a pixel',
};
