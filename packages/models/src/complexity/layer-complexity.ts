import type { Extents, LayerComplexity } from '@prismamba/core/layer';
import type * as tfl from '@tensorflow/tfjs-layers';
import { formsOfLayer } from '../layers/forms-of-layer.js';

/** Shape of the weight whose name ends so. */
function weightShape(layer: tfl.layers.Layer, name: string): readonly number[] {
  const weight = layer.weights.find((w) => w.originalName === name || w.originalName.endsWith(`/${name}`));
  if (weight === undefined) {
    const known = layer.weights.map((w) => w.originalName).join(', ');
    throw new Error(`complexity: layer '${layer.name}' has no weight '${name}'; it has ${known}`);
  }
  return weight.shape as number[];
}

/** @throws for a layer class without a cost, so that none is left out in silence. */
export function layerComplexity(
  layer: tfl.layers.Layer,
  inputs: readonly Extents[],
  output: Extents,
  sources: readonly Extents[] = [],
): LayerComplexity {
  const forms = formsOfLayer(layer);
  if (forms === undefined) {
    throw new Error(
      `complexity: no cost rule for layer class '${layer.getClassName()}' (layer '${layer.name}'); ` +
        "register it with registerLayer of '@prismamba/core/layer'",
    );
  }
  return forms.cost({
    config: layer.getConfig(),
    weightShape: (name) => weightShape(layer, name),
    weightShapes: layer.weights.map((weight) => weight.shape as number[]),
    inputs,
    input: inputs[0] ?? output,
    output,
    sources,
  });
}
