import { toFloat32, type NdArray } from '@prismamba/formats';
import { eachBackend, expectRelativeError, readGolden } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { MambaBlock } from './mamba-block/mamba-block.layer.js';
import { Mamba2Block } from './mamba2-block/mamba2-block.layer.js';

const tensorOf = (array: NdArray) => tf.tensor(toFloat32(array), [...array.shape]);

/** In everyone's own `tf.sequential`: weights by their official names from a golden file, output, saved and restored. */
async function checkLayer(
  layer: tfl.layers.Layer,
  inputShape: (number | null)[],
  golden: ReadonlyMap<string, NdArray>,
  prefix: string,
): Promise<void> {
  const model = tfl.sequential({ layers: [tfl.layers.inputLayer({ inputShape }), layer] });
  const names = layer.weights.map((w) => w.originalName.slice(`${layer.name}/`.length));
  const wanted = [...golden.keys()].filter((key) => key.startsWith(`${prefix}w.`));
  expect(new Set(names.map((name) => `${prefix}w.${name}`))).toEqual(new Set(wanted));
  const values = names.map((name) => tensorOf(golden.get(`${prefix}w.${name}`)!));
  layer.setWeights(values);
  const x = tensorOf(golden.get(`${prefix}x`)!);
  const y = model.predict(x) as tf.Tensor;
  expectRelativeError(await y.data(), toFloat32(golden.get(`${prefix}y`)!), 1e-5, layer.name);

  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = artifacts;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
    }),
  );
  const restored = await tfl.loadLayersModel(tf.io.fromMemory(saved!));
  const again = restored.predict(x) as tf.Tensor;
  expect(await again.data()).toEqual(await y.data());
  tf.dispose([values, x, y, again]);
  model.dispose();
  restored.dispose();
}

eachBackend('layers of M3SR', () => {
  it('MambaBlock', async () => {
    const golden = readGolden('ops/mamba1_block.npz');
    const width = golden.get('b_x')!.shape[2]!;
    await checkLayer(new MambaBlock({ name: 'mamba' }), [null, width], golden, 'b_');
  });

  it('Mamba2Block', async () => {
    const golden = readGolden('ops/m3sr_ss2d.npz');
    const heads = golden.get('w.A_logs')!.shape[1]!;
    const dState = (golden.get('w.x_proj_weight')!.shape[1]! - heads) / 2;
    const layer = new Mamba2Block({ name: 'ss2d', dState });
    await checkLayer(layer, [null, null, golden.get('x')!.shape[3]!], golden, '');
  });

  it('initial values follow from the seed: step sizes between 0.001 and 0.1, decay rates 1 to N', async () => {
    const values = async (seed: number): Promise<Map<string, Float32Array>> => {
      const layer = new MambaBlock({ name: 'm', seed });
      layer.build([null, 4, 8]);
      const entries = await Promise.all(
        layer.weights.map(async (w) => [w.originalName, (await w.read().data()) as Float32Array] as const),
      );
      for (const weight of layer.weights) weight.dispose();
      return new Map(entries);
    };
    const [one, same, other] = [await values(1), await values(1), await values(2)];
    expect(same).toEqual(one);
    expect(other.get('in_proj.weight')).not.toEqual(one.get('in_proj.weight'));
    expectRelativeError(one.get('A_log')!.slice(0, 3), [0, Math.log(2), Math.log(3)], 1e-6);
    const steps = [...one.get('dt_proj.bias')!].map((bias) => Math.log1p(Math.exp(bias)));
    expect(Math.min(...steps)).toBeGreaterThan(0.000999);
    expect(Math.max(...steps)).toBeLessThan(0.1001);
  });

  it('names a width that the heads do not divide, and a shape without fixed channels', () => {
    expect(() => new Mamba2Block().build([null, 4, 4, 34])).toThrow(
      /width: got 34, whose 68 channels do not divide into 3 heads/,
    );
    expect(() => new MambaBlock().build([null, 4, null])).toThrow(/wanted a fixed number of channels last/);
  });
});
