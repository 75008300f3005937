import type * as tfl from '@tensorflow/tfjs-layers';

type Layer = tfl.layers.Layer;
type Shape = (number | null)[];

const isShape = (shape: Shape | Shape[]): shape is Shape => !Array.isArray(shape[0]);

/**
 * Output shapes of every layer for one input shape, one list a call of the layer (a shared layer is called several
 * times). Walks the graph of the model backwards and asks each layer; nothing is computed.
 */
export function layerShapes(model: tfl.LayersModel, input: readonly number[]): Map<string, Shape[][]> {
  const known = new Map<string, Shape[]>();
  const outputsOf = (layer: Layer, call: number): Shape[] => {
    const key = `${layer.name}/${call}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const node = layer.inboundNodes[call]!;
    const inputs = node.inboundLayers.map(
      (from, i) => outputsOf(from, node.nodeIndices[i]!)[node.tensorIndices[i]!]!,
    );
    const outputs =
      inputs.length === 0 ? [...input] : layer.computeOutputShape(inputs.length === 1 ? inputs[0]! : inputs);
    const list = isShape(outputs) ? [outputs] : outputs;
    known.set(key, list);
    return list;
  };
  return new Map(
    model.layers.map((layer) => [layer.name, layer.inboundNodes.map((_, call) => outputsOf(layer, call))]),
  );
}

/** `[1, 24, 20, 31]`, several separated by `; `. */
export function formatShapes(calls: readonly Shape[][]): string {
  const texts = calls.flat().map((shape) => `[${shape.map((n) => n ?? '?').join(', ')}]`);
  return [...new Set(texts)].join('; ');
}
