import { startBackend } from '@prismamba/backend';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { formatShapes, layerShapes } from './layer-shapes.js';

it('layerShapes follows the graph, also through a shared layer', async () => {
  await startBackend('cpu');
  const input = tfl.input({ shape: [null, null, 3], name: 'rgb' });
  const shared = tfl.layers.conv2d({
    name: 'shared',
    filters: 3,
    kernelSize: 3,
    strides: 2,
    padding: 'same',
  });
  const half = shared.apply(input) as tfl.SymbolicTensor;
  const quarter = shared.apply(half) as tfl.SymbolicTensor;
  const up = tfl.layers.upSampling2d({ name: 'up' }).apply(quarter) as tfl.SymbolicTensor;
  const out = tfl.layers.concatenate({ name: 'out' }).apply([half, up]) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: input, outputs: out });
  const shapes = layerShapes(model, [1, 16, 24, 3]);
  expect(formatShapes(shapes.get('rgb')!)).toBe('[1, 16, 24, 3]');
  expect(formatShapes(shapes.get('shared')!)).toBe('[1, 8, 12, 3]; [1, 4, 6, 3]');
  expect(formatShapes(shapes.get('out')!)).toBe('[1, 8, 12, 6]');
  model.dispose();
});
