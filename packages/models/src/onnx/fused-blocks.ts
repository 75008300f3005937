import { denseWidths, removesMean } from '../agd-net/agd-net.state-dict.js';
import type { GraphBuilder } from './graph-builder.js';
import type { LayerConverter } from './layer-converter.js';
import { depthwise, gelu, linear, removeMean, same } from './operators.js';

const LAYER_NORM_EPSILON = 1e-5;

/** Layer normalisation over the channels of an NCHW map. */
export function layerNorm(
  graph: GraphBuilder,
  x: string,
  gamma: string,
  beta: string,
  epsilon = LAYER_NORM_EPSILON,
): string {
  const last = graph.node('Transpose', [x], { perm: [0, 2, 3, 1] });
  const normal = graph.node('LayerNormalization', [last, graph.weight(gamma), graph.weight(beta)], {
    axis: -1,
    epsilon: { float: epsilon },
  });
  return graph.node('Transpose', [normal], { perm: [0, 3, 1, 2] });
}

/** Spectral-wise attention of MST++ with its position branch; tokens are channels, each a row over the positions. */
export function spectralAttention(graph: GraphBuilder, path: string, x: string): string {
  const heads = graph.shapeOf(`${path}rescale`)[0]!;
  const channels = graph.shapeOf(`${path}to_q.weight`)[0]!;
  const project = (name: string) => linear(graph, x, `${path}${name}.weight`);
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
  const merged = linear(graph, map, `${path}proj.weight`, `${path}proj.bias`);
  const first = gelu(graph, depthwise(graph, v, `${path}pos_emb.0.weight`));
  return graph.node('Add', [merged, depthwise(graph, first, `${path}pos_emb.2.weight`)]);
}

/** Layers that are a whole block of a network. */
export const fusedBlocks: Readonly<Record<string, LayerConverter>> = {
  /** x = MSA(x) + x, then x = FFN(LN(x)) + x. */
  MsabBlock: ({ graph, name, x }) => {
    const conv = (map: string, weight: string) =>
      graph.node('Conv', [map, graph.weight(`${name}/${weight}`)]);
    const attended = graph.node('Add', [spectralAttention(graph, `${name}/0.`, x), x]);
    const normal = layerNorm(graph, attended, `${name}/1.norm.weight`, `${name}/1.norm.bias`);
    const wide = gelu(graph, conv(normal, '1.fn.net.0.weight'));
    const mixed = gelu(graph, depthwise(graph, wide, `${name}/1.fn.net.2.weight`));
    return graph.node('Add', [conv(mixed, '1.fn.net.4.weight'), attended]);
  },
  /** One stage of AGD-Net: see `agd-net/agd-stage.ts`; the mean is taken from the map, as in the official code. */
  AgdStage: ({ graph, name, config, x }) => {
    const stage = config['stage'] as number;
    const u = graph.node('Conv', [x, graph.weight(`${name}/Upconv.kernel`)], { pads: same(3, 3) });
    const features = [u];
    for (let i = 0; i < denseWidths.length; i++) {
      const centred = (map: string) => (removesMean(stage, i) ? removeMean(graph, map) : map);
      const activate = (map: string) => (i < denseWidths.length - 1 ? graph.node('Relu', [map]) : map);
      const compress = `${name}/denselayers.${i}.compressLayer`;
      const act = `${name}/denselayers.${i}.actlayer`;
      const joined = features.length === 1 ? u : graph.node('Concat', features, { axis: 1 });
      const bias = stage === 0 ? [graph.weight(`${compress}.bias`)] : [];
      const compressed = activate(
        graph.node('Conv', [centred(joined), graph.weight(`${compress}.kernel`), ...bias]),
      );
      features.push(
        activate(
          depthwise(
            graph,
            centred(compressed),
            `${act}.depthwise_kernel`,
            stage === 0 ? `${act}.bias` : undefined,
          ),
        ),
      );
    }
    const last = features[features.length - 1]!;
    return stage === 0 ? last : graph.node('Add', [last, u]);
  },
};
