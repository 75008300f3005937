import { operatorSuite } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { describe, expect, it } from 'vitest';
import { mapConvolutionOperator, type MapConvolutionArgs } from './map-convolution.operator.js';
import { mapConvolutionReference, mapConvolutionReferenceGradient } from './map-convolution.reference.js';
import { mapConvolution } from './map-convolution.js';

const inputs = (B: number, H: number, W: number, K: number) => ({
  maps: { shape: [B, H, W, 2] },
  weight: { shape: [1, 2, K, K], scale: 1 / K },
});
const typed = (tensors: Readonly<Record<'maps' | 'weight', tf.Tensor>>) =>
  tensors as unknown as MapConvolutionArgs;

operatorSuite<'maps' | 'weight'>({
  name: 'mapConvolution',
  cases: {
    '3x3 on two images': inputs(2, 4, 5, 3),
    '7x7 as in GMSR-Net': inputs(2, 9, 18, 7),
    '7x7 on fewer pixels than taps': inputs(1, 3, 2, 7),
    '1x1': inputs(1, 2, 3, 1),
    'one run of pixels and one more': inputs(1, 3, 17, 5),
  },
  reference: ({ maps, weight }, shapes) => [mapConvolutionReference(maps, weight, shapes.maps)],
  gradient: ({ maps, weight }, shapes, [dy]) =>
    mapConvolutionReferenceGradient(maps, weight, shapes.maps, dy!),
  operator: (tensors) => [mapConvolution(typed(tensors))],
  composed: (tensors) => [mapConvolutionOperator.composed(typed(tensors)).out],
  kernels: { wasm: mapConvolutionOperator.name, webgpu: mapConvolutionOperator.name },
});

describe('mapConvolution arguments', () => {
  it('names what is wrong', () => {
    const maps = tf.zeros<tf.Rank.R4>([1, 4, 4, 2]);
    const even = tf.zeros<tf.Rank.R4>([1, 2, 4, 4]);
    expect(() => mapConvolution({ maps, weight: even })).toThrow(/mapConvolution: weight: got a 4x4 kernel/);
    tf.dispose([maps, even]);
  });
});
