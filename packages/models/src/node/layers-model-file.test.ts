import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startBackend } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createModel, disposeModel } from '../index.js';
import { layersModelFile } from '../node.js';

let folder = '';
const place = (name: string) => join(folder, name);
const all: string[] = [];
beforeAll(() => startBackend('cpu'));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'layers-model-'));
  all.push(folder);
});
afterAll(() => all.forEach((one) => rmSync(one, { recursive: true, force: true })));

const small = () => createModel('agd-net', { stages: 2 }, { seed: 3 });

async function saved(name = 'model.json'): Promise<string> {
  const model = small();
  await model.save(layersModelFile(place(name)));
  disposeModel(model);
  return place(name);
}

async function expectSameAnswers(got: tfl.LayersModel, wanted: tfl.LayersModel): Promise<void> {
  const x = tf.randomUniform([1, 5, 6, 3], 0, 1, 'float32', 1);
  const [a, b] = [got.predict(x) as tf.Tensor, wanted.predict(x) as tf.Tensor];
  expect(await a.data()).toEqual(await b.data());
  tf.dispose([x, a, b]);
}

describe('layersModelFile', () => {
  it.each([
    ['a path', (path: string) => path],
    ['a URL', (path: string) => pathToFileURL(path)],
    ['a URL as text', (path: string) => pathToFileURL(path).href],
  ])('saves and loads the same bits by %s, with the metadata', async (_, form) => {
    const model = small();
    model.setUserDefinedMetadata({ note: 'seed 3' });
    const handler = layersModelFile(form(place('a b.json')));
    const { modelArtifactsInfo } = await model.save(handler);
    expect(modelArtifactsInfo.weightDataBytes).toBe(4 * model.countParams());
    expect(readdirSync(folder).sort()).toEqual(['a b.json', 'a b.weights.bin']);
    const loaded = await tfl.loadLayersModel(handler);
    expect(loaded.getUserDefinedMetadata()).toEqual({ note: 'seed 3' });
    await expectSameAnswers(loaded, model);
    disposeModel(model);
    disposeModel(loaded);
  });

  it('reads weights in several files, as other writers make them', async () => {
    const path = await saved();
    const json = JSON.parse(readFileSync(path, 'utf8')) as tf.io.ModelJSON;
    const bytes = readFileSync(place('model.weights.bin'));
    writeFileSync(place('one.bin'), bytes.subarray(0, 1001));
    writeFileSync(place('two.bin'), bytes.subarray(1001));
    json.weightsManifest[0]!.paths = ['one.bin', 'two.bin'];
    writeFileSync(path, JSON.stringify(json));
    const [loaded, model] = [await tfl.loadLayersModel(layersModelFile(path)), small()];
    await expectSameAnswers(loaded, model);
    disposeModel(loaded);
    disposeModel(model);
  });

  it('keeps the old files where the new ones cannot be written', async () => {
    const path = await saved();
    const before = readFileSync(place('model.weights.bin'));
    const model = createModel('agd-net', { stages: 2 }, { seed: 4 });
    rmSync(path);
    // A folder of that name: the weights were complete, the topology cannot appear.
    mkdirSync(path);
    await expect(model.save(layersModelFile(path))).rejects.toThrow(/cannot write .*it is a folder/);
    expect(readFileSync(place('model.weights.bin'))).toEqual(before);
    expect(readdirSync(folder).sort()).toEqual(['model.json', 'model.weights.bin']);
    disposeModel(model);
  });

  it('names what is wrong with a path, a file and its weights', async () => {
    expect(() => layersModelFile('file://models/gmsr')).toThrow(
      "layersModelFile: 'file://models/gmsr' does not end in .json; wanted the file of the topology, for instance 'models/gmsr/model.json'",
    );
    const load = (name: string) => tfl.loadLayersModel(layersModelFile(place(name)));
    await expect(load('absent.json')).rejects.toThrow(/there is no file '.*absent\.json'/);
    const path = await saved();
    const good = readFileSync(path, 'utf8');
    const spoil = async (change: (json: tf.io.ModelJSON) => unknown) => {
      writeFileSync(path, JSON.stringify(change(JSON.parse(good) as tf.io.ModelJSON)));
      return load('model.json');
    };
    writeFileSync(path, good.slice(0, 500));
    await expect(load('model.json')).rejects.toThrow(/model\.json: this is no JSON; expected a layers model/);
    await expect(spoil(() => [])).rejects.toThrow("it has no 'modelTopology'");
    await expect(spoil((json) => ({ ...json, weightsManifest: 1 }))).rejects.toThrow("no 'weightsManifest'");
    await expect(spoil((json) => ({ ...json, format: 'graph-model' }))).rejects.toThrow(
      'this is a graph model',
    );
    for (const outside of ['../x.bin', '/etc/hostname', 'a/../../x', 'C:\\x', '']) {
      const manifest = (json: tf.io.ModelJSON) => [{ ...json.weightsManifest[0]!, paths: [outside] }];
      await expect(spoil((json) => ({ ...json, weightsManifest: manifest(json) }))).rejects.toThrow(
        'expected a file in the folder of the model',
      );
    }
    const huge = [{ paths: ['model.weights.bin'], weights: [{ name: 'w', shape: [-1], dtype: 'float32' }] }];
    await expect(spoil((json) => ({ ...json, weightsManifest: huge }))).rejects.toThrow(
      'it lists the tensor {"name":"w","shape":[-1],"dtype":"float32"}; expected { name, shape, dtype }',
    );
    writeFileSync(path, good);
    truncateSync(place('model.weights.bin'), 100);
    await expect(load('model.json')).rejects.toThrow(
      /model\.weights\.bin at byte 100: the weights of .*model\.json end here after 100 bytes; expected \d+ bytes for \d+ tensors/,
    );
  });
});
