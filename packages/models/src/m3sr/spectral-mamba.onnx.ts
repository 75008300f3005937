import { siluNodes, type OnnxForm, type OnnxNodes } from '@prismamba/core/layer';
import { mambaBlockNodes } from '@prismamba/ssm-core/internal';
import { NORM_EPSILON } from './spectral-mamba.js';

/** The Mamba block over every pixel's tokens: [B, G d, H, W] to the same shape. */
function mambaOverTokensNodes(graph: OnnxNodes, path: string, x: string, groups: number): string {
  const d = graph.shapeOf(`${path}out_proj.weight`)[0]!;
  const tokens = graph.node('Reshape', [x, graph.int64(0, groups, d, -1)]); // [B, G, d, HW]
  const pixels = graph.node('Transpose', [tokens], { perm: [0, 3, 2, 1] }); // [B, HW, d, G]
  const y = mambaBlockNodes(graph, path, graph.node('Reshape', [pixels, graph.int64(-1, d, groups)]));
  const back = graph.node('Reshape', [y, graph.node('Shape', [pixels])]);
  const maps = graph.node('Transpose', [back], { perm: [0, 3, 2, 1] });
  return graph.node('Reshape', [maps, graph.node('Shape', [x])]);
}

/** Group normalisation with a scale and a shift a channel. */
function groupNormNodes(graph: OnnxNodes, path: string, x: string, groups: number): string {
  const channels = graph.shapeOf(`${path}weight`)[0]!;
  const mean = (values: string) => graph.node('ReduceMean', [values], { axes: [2], keepdims: 1 });
  const grouped = graph.node('Reshape', [x, graph.int64(0, groups, -1)]);
  const centred = graph.node('Sub', [grouped, mean(grouped)]);
  const variance = mean(graph.node('Mul', [centred, centred]));
  const deviation = graph.node('Sqrt', [graph.node('Add', [variance, graph.float(NORM_EPSILON)])]);
  const normal = graph.node('Reshape', [graph.node('Div', [centred, deviation]), graph.node('Shape', [x])]);
  const perChannel = (name: string) =>
    graph.node('Reshape', [graph.weight(`${path}${name}`), graph.int64(1, channels, 1, 1)]);
  return graph.node('Add', [graph.node('Mul', [normal, perChannel('weight')]), perChannel('bias')]);
}

export const spectralMambaOnnx: OnnxForm = ({ graph, name, config, x }) => {
  const groups = config['groups'] as number;
  const mixed = mambaOverTokensNodes(graph, `${name}/mamba.`, x, groups);
  const normal = groupNormNodes(graph, `${name}/proj.0.`, mixed, groups);
  return graph.node('Add', [siluNodes(graph, normal), x]);
};
