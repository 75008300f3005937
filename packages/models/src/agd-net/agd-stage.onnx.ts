import { depthwiseNodes, removeMeanNodes, samePads, type OnnxForm } from '@prismamba/core/layer';
import { DENSE_LAYERS, removesMean } from './agd-net.state-dict.js';

/** One stage of AGD-Net: see `agd-stage.ts`; the mean is taken from the map, as in the official code. */
export const agdStageOnnx: OnnxForm = ({ graph, name, config, x }) => {
  const stage = config['stage'] as number;
  const u = graph.node('Conv', [x, graph.weight(`${name}/Upconv.kernel`)], { pads: samePads(3, 3) });
  const features = [u];
  for (let i = 0; i < DENSE_LAYERS; i++) {
    const centred = (map: string) => (removesMean(stage, i) ? removeMeanNodes(graph, map) : map);
    const activate = (map: string) => (i < DENSE_LAYERS - 1 ? graph.node('Relu', [map]) : map);
    const compress = `${name}/denselayers.${i}.compressLayer`;
    const act = `${name}/denselayers.${i}.actlayer`;
    const joined = features.length === 1 ? u : graph.node('Concat', features, { axis: 1 });
    const bias = stage === 0 ? [graph.weight(`${compress}.bias`)] : [];
    const compressed = activate(
      graph.node('Conv', [centred(joined), graph.weight(`${compress}.kernel`), ...bias]),
    );
    features.push(
      activate(
        depthwiseNodes(
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
};
