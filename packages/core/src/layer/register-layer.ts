import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { CostForm } from './layer-cost.js';
import type { OnnxForm, OnnxRefusal } from './layer-onnx.js';

/** What a layer class has to say beside its forward pass: what it costs, and how it is written as ONNX. */
export interface LayerForms {
  readonly cost: CostForm;
  /** A layer that cannot be written says why. */
  readonly onnx: OnnxForm | OnnxRefusal;
}

const formsByClass = new WeakMap<object, LayerForms>();

/**
 * Registers a layer class with TensorFlow.js under its `className`, with its cost and its ONNX form. There is no other
 * way (lint forbids `tf.serialization.registerClass`), so that the compiler proves that no layer lacks either; they
 * count for this very class, and a subclass says its own.
 */
export function registerLayer<Layer extends tfl.layers.Layer>(
  layer: tf.serialization.SerializableConstructor<Layer>,
  forms: LayerForms,
): void {
  tf.serialization.registerClass(layer);
  formsByClass.set(layer, forms);
}

/** The forms of a layer's class; undefined where it was not registered with `registerLayer`. */
export function layerForms(layer: tfl.layers.Layer): LayerForms | undefined {
  return formsByClass.get(layer.constructor);
}
