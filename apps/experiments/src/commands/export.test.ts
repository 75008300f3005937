import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBackend } from '@prismamba/backend';
import { readSafetensors, readStateDict, writeSafetensors, type NdArray } from '@prismamba/formats';
import { disposeModel, exportOnnx, getModel, loadWeights, mergeRepcpsi } from '@prismamba/models';
import { exportStateDict } from '@prismamba/models/internal';
import { goldenPath } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { program } from '../program.js';
import { fakeOnnxRuntime } from '../testing/fake-onnxruntime.js';

const official = goldenPath('agd-net/weights.pth');
let folder = '';
let printed = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'export-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

const prismamba = (...args: string[]) => program().parseAsync(['node', 'prismamba', ...args]);
const place = (name: string) => join(folder, name);
const agd = getModel('agd-net');
const nine = agd.config.parse({});

function builtAgd(): tfl.LayersModel {
  const model = agd.build(nine, { seed: 1 });
  loadWeights(model, agd, nine, readFileSync(official));
  return model;
}

describe('prismamba export', () => {
  it('onnx: the bytes of exportOnnx with the official weights', async () => {
    await prismamba('export', 'agd-net', '--weights', official, '--out', place('agd.onnx'));
    expect(printed).toBe(`AGD-Net with the weights of ${official}, onnx: ${place('agd.onnx')}\n`);
    const model = builtAgd();
    const wanted = await exportOnnx(model, agd, nine);
    disposeModel(model);
    expect(Buffer.compare(readFileSync(place('agd.onnx')), wanted)).toBe(0);
  });

  it('safetensors under both names, and from a run folder again: every tensor of the .pth', async () => {
    await prismamba(
      'export',
      'agd-net',
      '--weights',
      official,
      '--names',
      'ours',
      '--out',
      place('o.safetensors'),
    );
    expect([...readSafetensors(readFileSync(place('o.safetensors'))).tensors.keys()]).toContain(
      'stages.0/Upconv.kernel',
    );
    mkdirSync(place('run'));
    writeFileSync(place('run/weights.safetensors'), readFileSync(place('o.safetensors')));
    await prismamba('export', 'agd-net', '--weights', place('run'), '--out', place('b.safetensors'));
    const { tensors, metadata } = readSafetensors(readFileSync(place('b.safetensors')));
    expect(metadata).toMatchObject({
      'prismamba.model': 'agd-net',
      'prismamba.config': '{"bands":31,"stages":9}',
    });
    const wanted = readStateDict(readFileSync(official));
    expect([...tensors.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [name, array] of wanted) expect(tensors.get(name), name).toEqual(array);
  });

  it('tfjs: tf.loadLayersModel reads it and gives the same bits', async () => {
    await prismamba('export', 'agd-net', '--weights', official, '--out', place('model.json'));
    const json = JSON.parse(readFileSync(place('model.json'), 'utf8')) as tf.io.ModelJSON;
    expect(json.weightsManifest[0]!.paths).toEqual(['model.weights.bin']);
    const weights = readFileSync(place('model.weights.bin'));
    const loaded = await tfl.loadLayersModel(
      tf.io.fromMemory({
        modelTopology: json.modelTopology,
        weightSpecs: json.weightsManifest[0]!.weights,
        weightData: Uint8Array.from(weights).buffer,
      }),
    );
    const model = builtAgd();
    const x = tf.fill([1, 7, 9, 3], 0.5);
    const [a, b] = [loaded.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor];
    expect(await a.data()).toEqual(await b.data());
    tf.dispose([x, a, b]);
    disposeModel(loaded);
    disposeModel(model);
  });

  it('repcpsi: weights as trained become the inference form with --set deploy=true', async () => {
    const repcpsi = getModel('repcpsi');
    const small = repcpsi.config.parse({ width: 6, blocks: 2 });
    await startBackend('wasm');
    const network = repcpsi.build(small, { seed: 3 });
    const trained = await exportStateDict(network, repcpsi.stateDict(small));
    disposeModel(network);
    writeFileSync(place('rep.safetensors'), writeSafetensors(trained));
    const settings = ['width=6', 'blocks=2', 'deploy=true'].flatMap((text) => ['--set', text]);
    const out = place('deploy.safetensors');
    await prismamba('export', 'repcpsi', '--weights', place('rep.safetensors'), ...settings, '--out', out);
    const { tensors } = readSafetensors(readFileSync(out));
    const merged: Map<string, NdArray> = mergeRepcpsi(trained);
    expect([...tensors.keys()].sort()).toEqual([...merged.keys()].sort());
    for (const [name, array] of merged) expect(tensors.get(name), name).toEqual(array);
  });

  describe('--check', () => {
    /** What the exported AGD-Net answers, times a factor. */
    const agdTimes = (factor: number) => (rgb: Float32Array, height: number, width: number) => {
      const model = builtAgd();
      const cube = tf.tidy(() => {
        const y = model.predict(tf.tensor4d(rgb, [1, height, width, 3])) as tf.Tensor;
        return tf.mul(y, factor).dataSync<'float32'>();
      });
      disposeModel(model);
      return cube;
    };
    const check = (name: string) =>
      prismamba('export', 'agd-net', '--weights', official, '--out', place(name), '--check');

    it('runs the file in onnxruntime at two sizes and says how far it is off', async () => {
      vi.spyOn(process, 'cwd').mockReturnValue(place('runtime'));
      fakeOnnxRuntime(place('runtime'), agdTimes(1 + 3e-6));
      await check('checked.onnx');
      const [, head, ...sizes] = printed.trimEnd().split('\n');
      expect(head).toBe('check in onnxruntime-node 0.0.0-fake, cpu:');
      const line = (size: string) =>
        expect.stringMatching(
          new RegExp(`^  ${size}: largest error [23]\\.\\de-6 of the largest value; .* ms$`),
        );
      expect(sizes).toEqual([line('24 x 40'), line('49 x 33')]);
    });

    it('fails where the file answers otherwise, and where there is nothing to check or nothing to check with', async () => {
      vi.spyOn(process, 'cwd').mockReturnValue(place('runtime'));
      fakeOnnxRuntime(place('runtime'), agdTimes(1 + 3e-5));
      await expect(check('wrong.onnx')).rejects.toThrow(
        /answers otherwise than the model that it was written from: 3\.\de-5 of the largest value, wanted at most 0\.00001/,
      );
      const args = ['export', 'agd-net', '--weights', official, '--check', '--out'];
      await expect(prismamba(...args, place('never.safetensors'))).rejects.toThrow(
        /--check: is for ONNX files, and .* is safetensors/,
      );
      vi.spyOn(process, 'cwd').mockReturnValue(folder);
      await expect(check('never.onnx')).rejects.toThrow(
        '--check: onnxruntime-node is not installed (optional); to use it: npm install onnxruntime-node',
      );
      expect(existsSync(place('never.onnx'))).toBe(false);
    });
  });

  it('says why, and writes nothing', async () => {
    const before = readdirSync(folder).sort();
    const refuse = async (args: string[], message: string | RegExp) =>
      expect(prismamba('export', ...args)).rejects.toThrow(message);
    const gmsr = goldenPath('gmsr-net/weights.pth');
    const out = place('never.onnx');
    await refuse(
      ['agd-net', '--weights', gmsr, '--out', out],
      /none of its 61 entries belongs to model 'agd-net'/,
    );
    await refuse(['agd-net', '--weights', official, '--out', place('a.txt')], /its ending tells no format/);
    await refuse(
      ['agd-net', '--weights', official, '--set', 'stage=3', '--out', out],
      "settings of agd-net: stage: unknown key, did you mean 'stages'?",
    );
    await refuse(
      ['agd-net', '--weights', official, '--set', 'stages=8', '--out', out],
      /22 unknown: stages\.8\.Upconv\.conv\.weight/,
    );
    writeFileSync(place('cut.pth'), readFileSync(official).subarray(0, 5000));
    await refuse(['agd-net', '--weights', place('cut.pth'), '--out', out], /cut\.pth/);
    rmSync(place('cut.pth'));
    await refuse(['agd-net', '--weights', official, '--out', place('no/such/folder.onnx')], /no\/such/);
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(folder).sort()).toEqual(before);
  });
});

describe('prismamba weights', () => {
  it('lists every entry once', async () => {
    await prismamba('weights', 'agd-net', official);
    const lines = printed.trimEnd().split('\n');
    expect(lines.at(-1)).toBe(
      `${official} for AGD-Net, official names: 110 loaded, 0 dead, 110 alias, 0 not kept, 0 unknown, 0 missing`,
    );
    expect(lines).toHaveLength(221);
    expect(lines).toContain('loaded    stages.0.Upconv.conv.weight  [31, 3, 3, 3]');
    expect(lines).toContain('alias     degradation.Module.0.weight  [3, 31, 3, 3]');
    expect(process.exitCode).toBeUndefined();
  });

  it('names unknown, missing and not finite entries, and exits with 1', async () => {
    const tensors = new Map(readStateDict(readFileSync(official)));
    const kernel = tensors.get('degradation.conv.weight')!;
    tensors.set('degradation.weight', kernel);
    tensors.delete('stages.3.Upconv.conv.weight');
    tensors.delete('stages.3.Upconv.Module.0.weight');
    const broken = tensors.get('stages.2.Upconv.conv.weight')!;
    const data = Float32Array.from(broken.data as Float32Array).fill(NaN, 0, 1);
    for (const name of ['conv', 'Module.0']) {
      tensors.set(`stages.2.Upconv.${name}.weight`, { ...broken, data });
    }
    writeFileSync(place('odd.safetensors'), writeSafetensors(tensors));
    await prismamba('weights', 'agd-net', place('odd.safetensors'));
    expect(printed).toMatch(/^unknown {3}degradation\.weight$/m);
    expect(printed).toMatch(/^missing {3}stages\.3\.Upconv\.conv\.weight {2}\[31, 3, 3, 3\]$/m);
    expect(printed).toMatch(/^loaded {4}stages\.2\.Upconv\.conv\.weight {2}\[31, 3, 3, 3\] {2}NOT FINITE$/m);
    expect(process.exitCode).toBe(1);
  });
});
