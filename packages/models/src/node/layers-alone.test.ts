import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBackend } from '@prismamba/backend';
import { layerForms } from '@prismamba/core/layer';
import {
  Cbam,
  Dwt2d,
  GradientStatisticsLayer,
  Idwt2d,
  SpatialAttentionMap,
  SpatialGradientAttention,
  SpectralAttentionGate,
  SpectralGradientAttention,
  SpectralMsa,
} from '@prismamba/spectral-attention';
import { Mamba2Block, MambaBlock, PointwiseGeluResidual, SS2D, VSSBlock } from '@prismamba/ssm-core';
import { testNumbers } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgdStage } from '../agd-net/agd-stage.layer.js';
import { PatchNonLocal } from '../awan/patch-non-local.layer.js';
import { ChannelDot } from '../hdnet/channel-dot.layer.js';
import { ChannelSlice } from '../hdnet/channel-slice.layer.js';
import { PositionSoftmax } from '../hdnet/position-softmax.layer.js';
import { SpectralExpansion } from '../hsrnet/spectral-expansion.layer.js';
import { disposeModel } from '../index.js';
import { BatchNormalization2d } from '../layers/batch-normalization/batch-normalization.layer.js';
import { CropLike } from '../layers/crop-like/crop-like.layer.js';
import { EdgePad } from '../layers/edge-pad/edge-pad.layer.js';
import { GlobalPool } from '../layers/global-pool/global-pool.layer.js';
import { LayerNorm } from '../layers/layer-norm/layer-norm.layer.js';
import { PadToMultiple } from '../layers/pad-to-multiple/pad-to-multiple.layer.js';
import { PixelShuffle } from '../layers/pixel-shuffle/pixel-shuffle.layer.js';
import { RequireMultiple } from '../layers/require-multiple/require-multiple.layer.js';
import { Scale } from '../layers/scale/scale.layer.js';
import { SharedPrelu } from '../layers/shared-prelu/shared-prelu.layer.js';
import { SoftmaxPool } from '../layers/softmax-pool/softmax-pool.layer.js';
import { Subtract } from '../layers/subtract/subtract.layer.js';
import { UnusedWeights } from '../layers/unused-weights/unused-weights.layer.js';
import { BranchFusion } from '../m3sr/branch-fusion.layer.js';
import { FrequencyMamba } from '../m3sr/frequency-mamba.layer.js';
import { SpectralMamba } from '../m3sr/spectral-mamba.layer.js';
import { MeanSpectrumLayer } from '../mean-spectrum/mean-spectrum.layer.js';
import { MsabBlock } from '../mst-plus-plus/msab-block.layer.js';
import { layersModelFile } from '../node.js';
import { RootPolynomial } from '../polynomial-regression/root-polynomial.layer.js';
import { SpectralGates } from '../repcpsi/spectral-gates.layer.js';

const MAP = [4, 6, 4] as const;

/** Every registered layer with settings that are not its defaults, and the shapes of its inputs, one map of 4 channels unless given. */
const layers: readonly (readonly [tfl.layers.Layer, ...(readonly number[])[]])[] = [
  [new AgdStage({ name: 'aB_c', stage: 0, bands: 5 }), [4, 6, 3]],
  [new BatchNormalization2d({ epsilon: 0.5, momentum: 0.25 })],
  [new BranchFusion({ branches: 2 }), MAP, MAP, MAP],
  [new Cbam({ reduction: 2, kernelSize: 3 })],
  [new ChannelDot({}), MAP, [4, 6, 4]],
  [new ChannelSlice({ begin: 1, size: 2 })],
  [new CropLike({}), MAP, [3, 5, 4]],
  [new Dwt2d({ wavelet: 'db2' })],
  [new EdgePad({ padding: 1, mode: 'reflect' })],
  [new FrequencyMamba({ wavelet: 'db2', seed: 3 })],
  [new GlobalPool({ mode: 'max' })],
  [new GradientStatisticsLayer()],
  [new Idwt2d({ wavelet: 'db2' }), [4, 6, 8]],
  [new LayerNorm({ epsilon: 0.5 })],
  [new Mamba2Block({ dState: 3 })],
  [new MambaBlock({ dState: 3, dConv: 3 }), [24, 4]],
  [new MeanSpectrumLayer({ bands: 5 })],
  [new MsabBlock({ heads: 2 })],
  [new PadToMultiple({ multiple: 5 })],
  [new PatchNonLocal({ inner: 3 })],
  [new PixelShuffle({ factor: 2, direction: 'unshuffle' })],
  [new PointwiseGeluResidual({ branches: ['map', 'scale'], seed: 2 }), MAP, [4, 6, 3], [4, 6, 1]],
  [new PositionSoftmax({})],
  [new RequireMultiple({ multiple: 2 })],
  [new RootPolynomial({ degree: 3 }), [4, 6, 3]],
  [new SS2D({ dState: 3, expand: 1, directions: 2 })],
  [new Scale({ factor: 0.5 })],
  [new SharedPrelu({})],
  [new SoftmaxPool({}), MAP, [4, 6, 1]],
  [new SpatialAttentionMap({ kernelSize: 3 }), [4, 6, 2]],
  [new SpatialGradientAttention({ kernelSize: 3, variant: 'paper' })],
  [new SpectralAttentionGate({ seed: 2 }), [2, 4]],
  [new SpectralExpansion({}), [4, 6, 3]],
  [new SpectralGates({ kernel: 3 })],
  [new SpectralGradientAttention({ variant: 'paper' })],
  [new SpectralMamba({ groups: 2 })],
  [new SpectralMsa({ heads: 2 })],
  [new Subtract({}), MAP, MAP],
  [
    new UnusedWeights({
      shapes: [
        { name: 'a.b_c.weight', shape: [2, 3] },
        { name: 'someBias', shape: [2] },
      ],
    }),
  ],
  [new VSSBlock({ dropPathRate: 0.2, dState: 3 })],
];

const shapesOf = (shapes: readonly (readonly number[])[]) => (shapes.length === 0 ? [MAP] : shapes);

function modelOf(layer: tfl.layers.Layer, shapes: readonly (readonly number[])[]): tfl.LayersModel {
  const inputs = shapes.map((shape) => tfl.input({ shape: [...shape] }));
  return tfl.model({
    inputs,
    outputs: layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as tfl.SymbolicTensor,
  });
}

async function answers(model: tfl.LayersModel, shapes: readonly (readonly number[])[]) {
  const inputs = shapes.map((shape, i) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(testNumbers(size, 7 + i, 0.5, 0.6), [1, ...shape]);
  });
  const outputs = [model.predict(inputs.length === 1 ? inputs[0]! : inputs)].flat();
  const values = await Promise.all(outputs.map((output) => output.data()));
  tf.dispose([...inputs, ...outputs]);
  return values;
}

/** Values that no layer begins with. */
function scatter(model: tfl.LayersModel): void {
  for (const [i, weight] of model.weights.entries()) {
    const { shape } = weight;
    const size = (shape as number[]).reduce((a, b) => a * b, 1);
    const values = tf.tensor(testNumbers(size, 31 + i, 0.3, 0.5), shape as number[]);
    weight.write(values);
    values.dispose();
  }
}

describe('a layer that is alone in a model', () => {
  let folder = '';
  beforeAll(async () => {
    await startBackend('cpu');
    folder = mkdtempSync(join(tmpdir(), 'layers-alone-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(layers.map(([layer, ...shapes]) => [layer.getClassName(), layer, shapesOf(shapes)] as const))(
    '%s is saved, loaded again and gives the same bits',
    async (name, layer, shapes) => {
      const model = modelOf(layer, shapes);
      scatter(model);
      const wanted = await answers(model, shapes);
      const path = join(folder, `${name}.json`);
      await model.save(layersModelFile(path));
      const loaded = await tfl.loadLayersModel(layersModelFile(path));
      expect(loaded.layers.at(-1)!.getConfig()).toEqual(layer.getConfig());
      expect(loaded.weights.map((weight) => weight.originalName)).toEqual(
        model.weights.map((weight) => weight.originalName),
      );
      const read = (one: tfl.LayersModel) => Promise.all(one.getWeights().map((weight) => weight.data()));
      expect(await read(loaded)).toEqual(await read(model));
      expect(await answers(loaded, shapes)).toEqual(wanted);
      disposeModel(loaded);
      disposeModel(model);
    },
  );

  it('stands for every registered layer', () => {
    const { classNameMap } = tf.serialization.SerializationMap.getMap();
    const registered = Object.entries(classNameMap).flatMap(([name, [constructor]]) =>
      layerForms({ constructor } as unknown as tfl.layers.Layer) === undefined ? [] : [name],
    );
    // Others register layers of their own where the tests of a package share a process.
    const ours = registered.filter((name) => !/^(RegisterLayer|Test)/.test(name));
    expect(ours.filter((name) => !layers.some(([layer]) => layer.getClassName() === name))).toEqual([]);
  });
});
