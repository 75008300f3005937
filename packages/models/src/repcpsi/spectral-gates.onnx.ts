import { type OnnxForm, type OnnxNodes } from '@prismamba/core/layer';

/** Mean over `axis` (2 or 3), then a convolution along the channels: the mask [B, C, 1, W] or [B, C, H, 1]. */
function spectralGate(graph: OnnxNodes, x: string, axis: 2 | 3, weight: string): string {
  const pooled = graph.node('ReduceMean', [x], { axes: [axis], keepdims: 0 }); // [B, C, positions]
  const [, , kh, kw] = graph.shapeOf(weight) as [number, number, number, number];
  const pads = [(kh - 1) / 2, (kw - 1) / 2, (kh - 1) / 2, (kw - 1) / 2];
  const convolve = (image: string) =>
    graph.node('Sigmoid', [
      graph.node('Conv', [graph.node('Unsqueeze', [image, graph.int64(1)]), graph.weight(weight)], { pads }),
    ]);
  // The official kernels are [7, 1] over [C, W] and [1, 7] over [H, C].
  return axis === 2
    ? graph.node('Transpose', [convolve(pooled)], { perm: [0, 2, 1, 3] })
    : graph.node('Transpose', [convolve(graph.node('Transpose', [pooled], { perm: [0, 2, 1] }))], {
        perm: [0, 3, 2, 1],
      });
}

export const spectralGatesOnnx: OnnxForm = ({ graph, name, x }) => {
  const gated = graph.node('Mul', [x, spectralGate(graph, x, 2, `${name}/gate_h`)]);
  return graph.node('Mul', [gated, spectralGate(graph, x, 3, `${name}/gate_w`)]);
};
