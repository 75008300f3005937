import type { GraphBuilder } from './graph-builder.js';
import type { LayerConverter } from './layer-converter.js';

/** Axes of height and width. */
const spatial = (graph: GraphBuilder) => graph.int64(2, 3);

/** Layers that change height and width; sizes are computed when the network runs, so that any image fits. */
export const sizeLayers: Readonly<Record<string, LayerConverter>> = {
  EdgePad: ({ graph, config, x }) => {
    const p = config['padding'] as number;
    const mode = config['mode'] === 'reflect' ? 'reflect' : 'edge';
    return graph.node('Pad', [x, graph.int64(0, 0, p, p, 0, 0, p, p)], { mode });
  },
  // (k - size mod k) mod k rows below and columns to the right.
  PadToMultiple: ({ graph, config, x }) => {
    const k = graph.int64(config['multiple'] as number);
    const rest = graph.node('Mod', [graph.sizes(x, 2, 4), k]);
    const missing = graph.node('Mod', [graph.node('Sub', [k, rest]), k]);
    const pads = graph.node('Concat', [graph.int64(0, 0, 0, 0, 0, 0), missing], { axis: 0 });
    return graph.node('Pad', [x, pads], { mode: 'reflect' });
  },
  // An image that does not fit fails at a concatenation.
  RequireMultiple: ({ x }) => x,
  CropLike: ({ graph, inputs }) => {
    const [x, like] = inputs as [string, string];
    return graph.node('Slice', [x, graph.int64(0, 0), graph.sizes(like, 2, 4), spatial(graph)]);
  },
  PixelShuffle: ({ graph, config, x, inputShape }) => {
    const k = config['factor'] as number;
    if (config['direction'] === 'shuffle') {
      return graph.node('DepthToSpace', [x], { blocksize: k, mode: 'CRD' });
    }
    // SpaceToDepth puts the cell first, (y k + x) C + c; PyTorch's order is c k^2 + y k + x.
    const channels = inputShape[3]!;
    const order = Array.from(
      { length: channels * k * k },
      (_, i) => (i % (k * k)) * channels + Math.floor(i / (k * k)),
    );
    const cells = graph.node('SpaceToDepth', [x], { blocksize: k });
    return graph.node('Gather', [cells, graph.int64(...order)], { axis: 1 });
  },
};
