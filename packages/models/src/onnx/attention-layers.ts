import type { GraphBuilder } from './graph-builder.js';
import type { LayerConverter } from './layer-converter.js';
import { flattenPositions } from './operators.js';

/** Mean over `axis` (2 or 3), then a convolution along the channels: the mask [B, C, 1, W] or [B, C, H, 1]. */
function spectralGate(graph: GraphBuilder, x: string, axis: 2 | 3, weight: string): string {
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

/** Second-order non-local attention of one quadrant [B, C, h, w]; the n x n attention is one tensor here. */
function nonLocal(graph: GraphBuilder, name: string, x: string): string {
  const weight = (key: string) => graph.weight(`${name}/${key}`);
  const rank = graph.shapeOf(`${name}/theta`)[0]!;
  const values = flattenPositions(graph, graph.node('Conv', [x, weight('g')])); // [B, r, n]
  const T = flattenPositions(graph, graph.node('Conv', [x, weight('theta')])); // [B, r, n]
  const centred = graph.node('Sub', [T, graph.node('ReduceMean', [T], { axes: [1], keepdims: 1 })]);
  const rows = graph.node('Transpose', [centred], { perm: [0, 2, 1] });
  const scores = graph.node('Div', [graph.node('MatMul', [rows, T]), graph.float(rank)]); // [B, n, n]
  const f = graph.node('Softmax', [scores], { axis: 2 });
  const y = graph.node('MatMul', [f, graph.node('Transpose', [values], { perm: [0, 2, 1] })]); // [B, n, r]
  const size = graph.node('Concat', [graph.int64(0, rank), graph.sizes(x, 2, 4)], { axis: 0 });
  const map = graph.node('Reshape', [graph.node('Transpose', [y], { perm: [0, 2, 1] }), size]);
  return graph.node('Add', [x, graph.node('Conv', [map, weight('W')])]);
}

/** Softmax over positions of a one-channel map, [B, 1, HW]. */
const positionSoftmax = (graph: GraphBuilder, x: string) =>
  graph.node('Softmax', [flattenPositions(graph, x)], { axis: 2 });

/** Pooling and gating layers. */
export const attentionLayers: Readonly<Record<string, LayerConverter>> = {
  SoftmaxPool: ({ graph, inputs }) => {
    const [x, logits] = inputs as [string, string];
    const mask = graph.node('Transpose', [positionSoftmax(graph, logits)], { perm: [0, 2, 1] }); // [B, n, 1]
    const pooled = graph.node('MatMul', [flattenPositions(graph, x), mask]); // [B, C, 1]
    return graph.node('Unsqueeze', [pooled, graph.int64(3)]);
  },
  PositionSoftmax: ({ graph, x }) =>
    graph.node('Reshape', [positionSoftmax(graph, x), graph.node('Shape', [x])]),
  ChannelDot: ({ graph, inputs }) =>
    graph.node('ReduceSum', [graph.node('Mul', inputs), graph.int64(1)], { keepdims: 1 }),
  SpectralGates: ({ graph, name, x }) => {
    const gated = graph.node('Mul', [x, spectralGate(graph, x, 2, `${name}/gate_h`)]);
    return graph.node('Mul', [gated, spectralGate(graph, x, 3, `${name}/gate_w`)]);
  },
  PatchNonLocal: ({ graph, name, x }) => {
    const zero = graph.int64(0);
    const far = graph.int64(2 ** 31 - 1);
    const half = (axis: 2 | 3) => graph.node('Div', [graph.sizes(x, axis, axis + 1), graph.int64(2)]); // floor
    const [middle, centre] = [half(2), half(3)];
    const cut = (map: string, begin: string, end: string, axis: number) =>
      graph.node('Slice', [map, begin, end, graph.int64(axis)]);
    const row = (half: string) =>
      graph.node(
        'Concat',
        [cut(half, zero, centre, 3), cut(half, centre, far, 3)].map((part) => nonLocal(graph, name, part)),
        { axis: 3 },
      );
    return graph.node('Concat', [row(cut(x, zero, middle, 2)), row(cut(x, middle, far, 2))], { axis: 2 });
  },
};
