import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { free, type CostForm } from './layer-cost.js';
import type { OnnxForm } from './layer-onnx.js';
import { layerForms, registerLayer } from './register-layer.js';

class Doubling extends tfl.layers.Layer {
  static readonly className: string = 'RegisterLayerDoubling';
}
class Tripling extends Doubling {
  static override readonly className = 'RegisterLayerTripling';
}

const cost: CostForm = free;
const onnx: OnnxForm = ({ graph, x }) => graph.node('Add', [x, x]);

it('registers the class with TensorFlow.js, and keeps its cost and ONNX form', () => {
  registerLayer(Doubling, { cost, onnx });
  expect(layerForms(new Doubling({}))).toEqual({ cost, onnx });
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  expect(classNameMap['RegisterLayerDoubling']?.[0]).toBe(Doubling);
});

it("gives a subclass nothing of its parent's", () => {
  registerLayer(Doubling, { cost, onnx });
  expect(layerForms(new Tripling({}))).toBeUndefined();
  const refusal = { what: 'a product by three', reason: 'nobody wrote it' };
  registerLayer(Tripling, { cost, onnx: refusal });
  expect(layerForms(new Tripling({}))?.onnx).toBe(refusal);
  expect(layerForms(new Doubling({}))?.onnx).toBe(onnx);
});

it('compiles only with a cost, and with an ONNX form or the reason why there is none', () => {
  // Never called: `npm test -- types` fails where one of the lines below compiles.
  const wrong = () => {
    // @ts-expect-error no forms at all
    registerLayer(Doubling);
    // @ts-expect-error no ONNX form
    registerLayer(Doubling, { cost });
    // @ts-expect-error no cost
    registerLayer(Doubling, { onnx });
    // @ts-expect-error a refusal without its reason
    registerLayer(Doubling, { cost, onnx: { what: 'a scan' } });
    // @ts-expect-error a number is no cost
    registerLayer(Doubling, { cost: 0, onnx });
  };
  expect(wrong).toBeTypeOf('function');
});
