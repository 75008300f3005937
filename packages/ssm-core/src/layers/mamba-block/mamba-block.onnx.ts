import { siluNodes, type OnnxNodes, type OnnxRefusal } from '@prismamba/core/layer';
import { selectiveScanNodes } from '../selective-scan-nodes.js';

/**
 * The Mamba block over sequences [S, d, L], channels before tokens, to the same shape; the layer's own names of its
 * weights are `${path}A_log` and so on.
 */
export function mambaBlockNodes(graph: OnnxNodes, path: string, s: string): string {
  const weight = (name: string) => graph.weight(`${path}${name}`);
  const [D, N] = graph.shapeOf(`${path}A_log`) as [number, number];
  const R = graph.shapeOf(`${path}dt_proj.weight`)[1]!;
  const taps = graph.shapeOf(`${path}conv1d.weight`)[2]!;
  const product = (name: string, x: string) => graph.node('MatMul', [weight(name), x]);
  const column = (name: string) => graph.node('Reshape', [weight(name), graph.int64(D, 1)]);
  const [features, z] = graph.split(product('in_proj.weight', s), 1, [D, D]) as [string, string];
  const conv = graph.node('Conv', [features, weight('conv1d.weight'), weight('conv1d.bias')], {
    group: D,
    pads: [taps - 1, 0],
  });
  const u = siluNodes(graph, conv); // [S, D, L]
  const [low, B, C] = graph.split(product('x_proj.weight', u), 1, [R, N, N]) as [string, string, string];
  const steps = graph.node('Add', [product('dt_proj.weight', low), column('dt_proj.bias')]);
  const delta = graph.node('Softplus', [steps]);
  const A = graph.node('Neg', [graph.node('Exp', [weight('A_log')])]);
  const one = (x: string) => graph.node('Unsqueeze', [x, graph.int64(1)]); // one direction
  const scanned = selectiveScanNodes(graph, [one(u), one(delta), one(B), one(C), A], [1, D, N]); // [S, 1, D, L]
  const y = graph.node('Squeeze', [scanned, graph.int64(1)]);
  const skipped = graph.node('Add', [y, graph.node('Mul', [u, column('D')])]);
  return product('out_proj.weight', graph.node('Mul', [skipped, siluNodes(graph, z)]));
}

/** The layer itself works on sequences, and an exported graph on maps. */
export const mambaBlockRefusal: OnnxRefusal = {
  what: 'a layer over sequences',
  reason:
    'an exported network takes an image, and everything in it is a map [batch, channels, height, width]',
};
