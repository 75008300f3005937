import { layerForms, type LayerForms } from '@prismamba/core/layer';
import type * as tfl from '@tensorflow/tfjs-layers';
import { tensorflowLayers } from './tensorflow-layers.js';

/** Cost and ONNX form of a layer: its own, or of the table of TensorFlow.js's layers. */
export function formsOfLayer(layer: tfl.layers.Layer): LayerForms | undefined {
  const name = layer.getClassName();
  return layerForms(layer) ?? (Object.hasOwn(tensorflowLayers, name) ? tensorflowLayers[name] : undefined);
}
