import { flattenPositions, type OnnxForm, type OnnxNodes } from '@prismamba/core/layer';

/** Second-order non-local attention of one quadrant [B, C, h, w]; the n x n attention is one tensor here. */
function nonLocal(graph: OnnxNodes, name: string, x: string): string {
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

export const patchNonLocalOnnx: OnnxForm = ({ graph, name, x }) => {
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
};
