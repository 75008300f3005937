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

/** The Mamba-2 block of a map; the layer's own names of its weights are `${path}in_proj.weight` and so on. */
export function mamba2BlockNodes(graph: OnnxNodes, path: string, x: string): string {
  const weight = (name: string) => graph.weight(`${path}${name}`);
  const [K, R, P] = graph.shapeOf(`${path}Ds`) as [number, number, number];
  const N = (graph.shapeOf(`${path}x_proj_weight`)[1]! - R) / 2;
  const D = R * P;
  const reshaped = (name: string, ...shape: number[]) =>
    graph.node('Reshape', [weight(name), graph.int64(...shape)]);
  const v = siluNodes(
    graph,
    depthwiseNodes(graph, linearNodes(graph, x, `${path}in_proj.weight`), `${path}conv2d.1.weight`),
  );
  const xs = crossScanNodes(graph, v, K); // [B, K, D, L]
  const projected = graph.node('MatMul', [weight('x_proj_weight'), xs]); // [B, K, R + 2N, L]
  const [dt, B, C] = graph.split(projected, 2, [R, N, N]) as [string, string, string];
  const steps = graph.node('Softplus', [graph.node('Add', [dt, reshaped('dt_projs_bias', K, R, 1)])]);
  // A head's step and decay are those of its P channels.
  const heads = graph.node('Unsqueeze', [steps, graph.int64(3)]); // [B, K, R, 1, L]
  const spread = graph.node('Expand', [heads, graph.int64(1, 1, 1, P, 1)]);
  const delta = graph.node('Reshape', [spread, graph.int64(0, 0, D, -1)]); // [B, K, D, L]
  const rates = graph.node('Neg', [graph.node('Exp', [reshaped('A_logs', K, R, 1)])]);
  const A = graph.node('Reshape', [
    graph.node('Expand', [rates, graph.int64(1, 1, P)]),
    graph.int64(K, D, 1),
  ]);
  const scanned = selectiveScanNodes(graph, [xs, delta, B, C, A], [K, D, N]);
  const y = graph.node('Add', [scanned, graph.node('Mul', [xs, reshaped('Ds', K, D, 1)])]);
  const merged = crossMergeNodes(graph, y, K, v);
  const normal = layerNormNodes(graph, merged, `${path}out_norm.weight`, `${path}out_norm.bias`);
  return linearNodes(graph, normal, `${path}out_proj.weight`);
}

export const mamba2BlockOnnx: OnnxForm = ({ graph, name, x }) => mamba2BlockNodes(graph, `${name}/`, x);
