import { depthwiseNodes, geluNodes, linearNodes, type OnnxForm, type OnnxNodes } from '@prismamba/core/layer';

/**
 * Spectral-wise attention with its position branch; tokens are channels, each a row over the positions. Weights are
 * `${path}to_q.weight` and so on.
 */
export function spectralMsaNodes(graph: OnnxNodes, path: string, x: string): string {
  const heads = graph.shapeOf(`${path}rescale`)[0]!;
  const channels = graph.shapeOf(`${path}to_q.weight`)[0]!;
  const project = (name: string) => linearNodes(graph, x, `${path}${name}.weight`);
  const tokens = (map: string) => graph.node('Reshape', [map, graph.int64(0, heads, channels / heads, -1)]); // [B, heads, w, n]
  const normalised = (map: string) => {
    const norm = graph.node('ReduceL2', [map], { axes: [3], keepdims: 1 });
    return graph.node('Div', [map, graph.node('Max', [norm, graph.float(1e-12)])]);
  };
  const v = project('to_v');
  const k = normalised(tokens(project('to_k')));
  const q = graph.node('Transpose', [normalised(tokens(project('to_q')))], { perm: [0, 1, 3, 2] });
  const scores = graph.node('Mul', [graph.node('MatMul', [k, q]), graph.weight(`${path}rescale`)]);
  const attended = graph.node('MatMul', [graph.node('Softmax', [scores], { axis: 3 }), tokens(v)]);
  const map = graph.node('Reshape', [attended, graph.node('Shape', [x])]);
  const merged = linearNodes(graph, map, `${path}proj.weight`, `${path}proj.bias`);
  const first = geluNodes(graph, depthwiseNodes(graph, v, `${path}pos_emb.0.weight`));
  return graph.node('Add', [merged, depthwiseNodes(graph, first, `${path}pos_emb.2.weight`)]);
}

export const spectralMsaOnnx: OnnxForm = ({ graph, name, x }) => spectralMsaNodes(graph, `${name}/`, x);
