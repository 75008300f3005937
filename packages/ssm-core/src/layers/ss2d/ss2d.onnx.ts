import {
  depthwiseNodes,
  layerNormNodes,
  linearNodes,
  siluNodes,
  type OnnxForm,
  type OnnxNodes,
} from '@prismamba/core/layer';
import { crossMergeNodes, crossScanNodes } from '../cross-scan-nodes.js';
import { selectiveScanNodes } from '../selective-scan-nodes.js';

/** SS2D of a map; the layer's own names of its weights are `${path}in_proj.weight` and so on. */
export function ss2dNodes(graph: OnnxNodes, path: string, x: string): string {
  const weight = (name: string) => graph.weight(`${path}${name}`);
  const reshaped = (name: string, ...shape: number[]) =>
    graph.node('Reshape', [weight(name), graph.int64(...shape)]);
  const [K, D, R] = graph.shapeOf(`${path}dt_projs_weight`) as [number, number, number];
  const N = graph.shapeOf(`${path}A_logs`)[1]!;
  const [features, z] = graph.split(linearNodes(graph, x, `${path}in_proj.weight`), 1, [D, D]) as [
    string,
    string,
  ];
  const u = siluNodes(graph, depthwiseNodes(graph, features, `${path}conv2d.weight`, `${path}conv2d.bias`));
  const xs = crossScanNodes(graph, u, K); // [B, K, D, L]
  const projected = graph.node('MatMul', [weight('x_proj_weight'), xs]); // [B, K, R + 2N, L]
  const [low, B, C] = graph.split(projected, 2, [R, N, N]) as [string, string, string];
  const steps = graph.node('MatMul', [weight('dt_projs_weight'), low]);
  const delta = graph.node('Softplus', [graph.node('Add', [steps, reshaped('dt_projs_bias', K, D, 1)])]);
  const A = graph.node('Neg', [graph.node('Exp', [reshaped('A_logs', K, D, N)])]);
  const scanned = selectiveScanNodes(graph, [xs, delta, B, C, A], [K, D, N]);
  const y = graph.node('Add', [scanned, graph.node('Mul', [xs, reshaped('Ds', K, D, 1)])]);
  const merged = crossMergeNodes(graph, y, K, u);
  const normal = layerNormNodes(graph, merged, `${path}out_norm.weight`, `${path}out_norm.bias`);
  return linearNodes(graph, graph.node('Mul', [normal, siluNodes(graph, z)]), `${path}out_proj.weight`);
}

export const ss2dOnnx: OnnxForm = ({ graph, name, x }) => ss2dNodes(graph, `${name}/`, x);
