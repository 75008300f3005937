import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBackend, type PeerLoader } from '@prismamba/backend';
import { readNpy } from '@prismamba/formats';
import { disposeModel, getModel } from '@prismamba/models';
import { expectRelativeError, fixturePath, testNumbers } from '@prismamba/testing';
import { predictImage, type PredictOptions } from '@prismamba/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { engineOf, engineOverrides } from '../commands/engine-options.js';
import { parseOverride } from '../config/overrides.js';
import { program } from '../program.js';
import { openPretrained } from '../reconstruct/open-trained-model.js';
import { fakeOnnxRuntime } from '../testing/fake-onnxruntime.js';
import { openEngine } from './open-engine.js';

// The real onnxruntime-node is 290 MB and no dependency of the workspace: engine.slow.test.ts runs it.

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'engine-'));
  await startBackend('wasm', { threads: 1 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const nothing: PeerLoader = { find: () => undefined, load: () => Promise.reject(new Error('never')) };

function built(key: string) {
  const definition = getModel(key);
  const config = definition.config.parse(definition.small);
  return { definition, config, model: definition.build(config, { seed: 2 }) };
}
type Network = ReturnType<typeof built>;

/** What the network of TensorFlow.js answers. */
const answerOf =
  ({ model }: Pick<Network, 'model'>) =>
  (rgb: Float32Array, height: number, width: number) =>
    tf.tidy(() =>
      (model.predict(tf.tensor4d(rgb, [1, height, width, 3])) as tf.Tensor).dataSync<'float32'>(),
    );

describe('openEngine', () => {
  it('is TensorFlow.js, without a word, unless something else is asked for', async () => {
    const network = built('edsr');
    const engine = await openEngine({}, network, nothing);
    expect(engine).toMatchObject({ name: 'tfjs', line: undefined });
    await expect(openEngine({ provider: 'cuda' }, network, nothing)).rejects.toThrow(
      "--provider cuda: is onnxruntime's; add --engine onnxruntime",
    );
    disposeModel(network.model);
  });

  it('auto says what it takes and why; only the engine that was asked for may be missing', async () => {
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    const line = async (network: Network, peers?: PeerLoader) => {
      const engine = await openEngine({ engine: 'auto' }, network, peers);
      await engine.close();
      return engine.line;
    };
    const [scans, convolutions] = [built('gmsr-net'), built('hrnet')];
    expect(await line(convolutions, nothing)).toBe(
      'engine: tfjs, onnxruntime-node is not installed (optional); to use it: npm install onnxruntime-node',
    );
    await expect(openEngine({ engine: 'onnxruntime' }, convolutions, nothing)).rejects.toThrow(
      /--engine onnxruntime: .*onnxruntime-node is not installed/,
    );
    fakeOnnxRuntime(folder, answerOf(convolutions));
    expect(await line(scans)).toMatch(
      /^engine: tfjs, onnxruntime was measured [\d.]+ times slower for GMSR-Net$/,
    );
    expect(await line(convolutions)).toMatch(
      /^engine: onnxruntime-node 0\.0\.0-fake, cpu, measured [\d.]+ times as fast for HRNet$/,
    );
    disposeModel(scans.model);
    disposeModel(convolutions.model);
  });

  it.each<[string, PredictOptions]>([
    ['edsr', { protocol: { name: 'tiles', size: 12, overlap: 4 } }],
    ['edsr', { selfEnsemble: 8 }],
    // Wants sides that are multiples of 16: padded before, cut after.
    ['mscnn', { protocol: { name: 'tiles', size: 20, overlap: 3 } }],
    ['agd-net', { protocol: { name: 'gmsr-official', patch: 12 } }],
  ])('%s: the same tiles, padding and self-ensemble as without: %j', async (key, options) => {
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    const network = built(key);
    fakeOnnxRuntime(folder, answerOf(network));
    const image = { data: Float32Array.from(testNumbers(21 * 26 * 3, 3), Math.abs), height: 21, width: 26 };
    const tfjs = await openEngine({}, network);
    const onnx = await openEngine({ engine: 'onnxruntime' }, network);
    expect(onnx.line).toBe('engine: onnxruntime-node 0.0.0-fake, cpu, asked for');
    const [wanted, cube] = [
      await predictImage(tfjs.predictor, image, options),
      await predictImage(onnx.predictor, image, options),
    ];
    expect(cube.bands).toBe(wanted.bands);
    expectRelativeError(cube.data, wanted.data, 1e-6, key);
    await onnx.close();
    disposeModel(network.model);
  });

  it('a network that fails while it runs says at which size, and what else there is', async () => {
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    const network = built('edsr');
    fakeOnnxRuntime(folder, () => {
      throw new Error('Failed to allocate memory for requested buffer of size 15225061376\nmore');
    });
    const { predictor } = await openEngine({ engine: 'onnxruntime' }, network);
    await expect(predictor.predictArray(new Float32Array(48), 4, 4)).rejects.toThrow(
      'onnxruntime failed at 4 x 4 pixels: Failed to allocate memory for requested buffer of size 15225061376; smaller tiles want',
    );
    disposeModel(network.model);
  });
});

describe('what names the engine', () => {
  it('the option, then a setting, then PRISMAMBA_ENGINE', () => {
    vi.stubEnv('PRISMAMBA_ENGINE', 'auto');
    expect(engineOf({})).toEqual({ engine: 'auto', provider: undefined });
    expect(engineOf({ engine: 'tfjs' }).engine).toBe('tfjs');
    const texts = (engine: 'tfjs' | undefined, set: string[]) =>
      engineOverrides({ engine }, set.map(parseOverride)).map(({ text }) => text);
    expect(texts(undefined, [])).toEqual(['evaluation.engine=auto']);
    expect(texts('tfjs', ['evaluation.engine=onnxruntime'])).toEqual(['evaluation.engine=tfjs']);
    expect(texts(undefined, ['evaluation.engine=onnxruntime'])).toEqual([]);
    vi.stubEnv('PRISMAMBA_ENGINE', 'onxruntime');
    expect(() => engineOf({})).toThrow(
      "PRISMAMBA_ENGINE=onxruntime: unknown engine, did you mean 'onnxruntime'? Valid: tfjs, onnxruntime, auto",
    );
  });
});

describe('prismamba reconstruct --engine onnxruntime', () => {
  let said = '';
  beforeEach(() => {
    said = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  });

  it('writes the cube that the network of onnxruntime makes', async () => {
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    const trained = await openPretrained('gmsr-net/photo');
    fakeOnnxRuntime(folder, answerOf(trained));
    const photo = fixturePath('ntire2022/ARAD_1K_0001.jpg');
    const cubes: Float32Array[] = [];
    for (const engine of ['tfjs', 'onnxruntime']) {
      const out = join(folder, `${engine}.npy`);
      const options = ['--backend', 'wasm', '--threads', '1', '--engine', engine, '--out', out];
      await program().parseAsync(['node', 'prismamba', 'reconstruct', photo, ...options]);
      cubes.push(readNpy(readFileSync(out)).data as Float32Array);
    }
    expect(said).toContain('engine: onnxruntime-node 0.0.0-fake, cpu, asked for\n');
    expect(cubes[1]).toEqual(cubes[0]);
    disposeModel(trained.model);
  });
});
