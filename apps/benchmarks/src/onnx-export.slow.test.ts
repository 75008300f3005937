import { readFileSync } from 'node:fs';
import type { NdArray } from '@prismamba/formats';
import {
  disposeModel,
  exportOnnx,
  getModel,
  listModels,
  loadStateDict,
  mergeRepcpsi,
  type ModelDefinition,
} from '@prismamba/models';
import { goldenWeights as folderWeights } from '@prismamba/parity';
import {
  expectRelativeError,
  goldenPath,
  hasGolden,
  nchwToNhwc,
  nhwcToNchw,
  readGolden,
  testNumbers,
} from '@prismamba/testing';
import { SpatialGradientAttention, SpectralGradientAttention } from '@prismamba/spectral-attention';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadRival } from './rivals/rival-modules.js';
import { startBackend } from './start-backend.js';

interface OnnxTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}
interface OnnxRuntime {
  readonly InferenceSession: {
    create(
      bytes: Uint8Array,
      options: object,
    ): Promise<{
      readonly inputNames: readonly string[];
      readonly outputNames: readonly string[];
      run(feeds: object): Promise<Record<string, OnnxTensor>>;
      release(): Promise<void>;
    }>;
  };
  readonly Tensor: new (type: string, data: Float32Array, dims: readonly number[]) => object;
}

/** max|a - b| / max|b| against the float64 output of the official network. */
const LIMIT = 1e-5;

const networks = listModels().filter((key) => getModel(key).fit === 'gradient');

/** The official golden folder, or the one that stands in for it in a clone (`golden/README.md`). */
const goldenFolder = (key: string) => (hasGolden(`${key}/io.npz`) ? key : `${key}-formula`);

/** The golden weights of a network: its `weights.pth`, or computed by formula. */
function goldenWeights(definition: ModelDefinition): ReadonlyMap<string, NdArray> {
  const files = Object.fromEntries(
    (['weights.pth', 'weights_check.json'] as const)
      .map((name) => [name, `${goldenFolder(definition.key)}/${name}`] as const)
      .filter(([, file]) => hasGolden(file))
      .map(([name, file]) => [name, readFileSync(goldenPath(file))]),
  );
  return folderWeights(definition, definition.config.parse({}), files).tensors;
}

const ort = await loadRival<OnnxRuntime>('onnxruntime-node');
if (ort === undefined) {
  describe.skip('ONNX export: skipped, onnxruntime-node is not installed (npm ci --prefix apps/benchmarks/rivals)', () =>
    it('runs', () => undefined));
} else {
  /** Builds, fills, exports and runs a network on NCHW images. */
  const runExported = async (
    definition: ModelDefinition,
    config: object,
    weights: ReadonlyMap<string, NdArray>,
    images: readonly NdArray[],
    check?: (session: { inputNames: readonly string[]; outputNames: readonly string[] }) => void,
    opset: 17 | 27 = 17,
  ): Promise<{ exported: OnnxTensor[]; ours: Float32Array[] }> => {
    const model = definition.build(config, { seed: 1 });
    loadStateDict(model, definition.stateDict(config), weights);
    const session = await ort.InferenceSession.create(
      await exportOnnx(model, definition, config, { opset }),
      {
        intraOpNumThreads: 1,
      },
    );
    check?.(session);
    const exported: OnnxTensor[] = [];
    const ours: Float32Array[] = [];
    for (const image of images) {
      const data = image.data as Float32Array;
      const outputs = await session.run({ rgb: new ort.Tensor('float32', data, image.shape) });
      exported.push(outputs['cube']!);
      const [n, c, h, w] = image.shape as [number, number, number, number];
      const y = tf.tidy<tf.Tensor>(
        () => model.predict(tf.tensor4d(nchwToNhwc(data, image.shape), [n, h, w, c])) as tf.Tensor,
      );
      ours.push(nhwcToNchw<Float32Array>((await y.data()) as Float32Array, y.shape));
      y.dispose();
    }
    await session.release();
    disposeModel(model);
    return { exported, ours };
  };

  describe('ONNX export in onnxruntime', () => {
    beforeAll(() => startBackend('wasm'));

    it('covers every network that can be exported', () => {
      expect(networks.length).toBeGreaterThanOrEqual(12);
    });

    // onnxruntime 1.30 has the operator, and wants to be told that its operator set may be read.
    process.env['ALLOW_RELEASED_ONNX_OPSET_ONLY'] = '0';

    describe.each([
      ...networks.map((key) => [key, 17] as const),
      ['gmsr-net', 27] as const,
      ['m3sr', 27] as const,
    ])('%s, operator set %d', (key, opset) => {
      const definition = getModel(key);
      it('equals the golden outputs, and ours at odd sizes', { timeout: 300_000 }, async () => {
        const io = readGolden(`${goldenFolder(key)}/io.npz`);
        const { sizeMultiple = 1, minimumSize = 1 } = definition.traits ?? {};
        const [h, w] = sizeMultiple > 1 ? [sizeMultiple, 3 * sizeMultiple] : [Math.max(minimumSize, 9), 13];
        const odd: NdArray = {
          dtype: 'float32',
          shape: [1, 3, h, w],
          data: testNumbers(3 * h * w, 4).map((v) => Math.abs(v) % 1),
        };
        const images = [io.get('x1')!, io.get('x2')!, odd];
        const { exported, ours } = await runExported(
          definition,
          definition.config.parse({}),
          goldenWeights(definition),
          images,
          ({ inputNames, outputNames }) => {
            expect([...inputNames, ...outputNames]).toEqual(['rgb', 'cube']);
          },
          opset,
        );
        for (const [i, image] of images.entries()) {
          expect(exported[i]!.dims).toEqual([image.shape[0], 31, image.shape[2], image.shape[3]]);
        }
        for (const i of [0, 1]) {
          const reference = io.get(`y${i + 1}_ref64`)!.data as Float32Array;
          expectRelativeError(exported[i]!.data, reference, LIMIT, `${key} y${i + 1}`);
        }
        expectRelativeError(exported[2]!.data, ours[2]!, LIMIT, `${key} at ${h} x ${w}`);
      });
    });

    it('repcpsi in its inference form equals the official network', { timeout: 120_000 }, async () => {
      const definition = getModel('repcpsi');
      const io = readGolden('repcpsi/io.npz');
      const merged = mergeRepcpsi(goldenWeights(definition));
      const config = definition.config.parse({ deploy: true });
      const { exported } = await runExported(definition, config, merged, [io.get('x2')!]);
      expectRelativeError(exported[0]!.data, io.get('y2_ref64')!.data as Float32Array, LIMIT, 'repcpsi y2');
    });

    it.each<[string, string, object]>([
      ['m3sr', 'wavelet db2, two tokens a pixel', { num_blocks: [1, 1], groups: 2, wavelet: 'db2' }],
      ['m3sr', 'wavelet bior2.2, with the MLP', { num_blocks: [1], wavelet: 'bior2.2', use_mlp: true }],
      ['gmsr-net', 'Transformer+GG', { mixer: 'transformer' }],
      ['gmsr-net', 'CNN+GG', { mixer: 'cnn' }],
      ['gmsr-net', 'Gspa+Gspe', { mixer: 'none' }],
      ['gmsr-net', "Gspa+Gspe, the paper's attentions", { mixer: 'none', attention: 'paper' }],
      ['gmsr-net', 'one direction', { widths: [8, 31], directions: 1 }],
      ['gmsr-net', 'two directions', { widths: [8, 31], directions: 2 }],
      [
        'gmsr-net',
        'CNN+CBAM',
        { mixer: 'cnn', spatial_attention: false, spectral_attention: false, cbam: true },
      ],
    ])('%s, %s, equals ours', { timeout: 120_000 }, async (key, _, options) => {
      const definition = getModel(key);
      const config = definition.config.parse(options);
      const weights = new Map(
        definition.stateDict(config).map(({ official, shape }, k): [string, NdArray] => {
          const size = shape.reduce((a, b) => a * b, 1);
          const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
          const scale = shape.length > 1 ? 1.5 / Math.sqrt(fanIn) : 1;
          const data = testNumbers(size, k + 1).map((v) => v * scale);
          return [official, { dtype: 'float32', shape, data }];
        }),
      );
      const images = [
        [2, 3, 9, 13],
        [1, 3, 24, 20],
      ].map((shape, k): NdArray => {
        const size = shape.reduce((a, b) => a * b, 1);
        return { dtype: 'float32', shape, data: testNumbers(size, 40 + k).map((v) => Math.abs(v) % 1) };
      });
      const { exported, ours } = await runExported(definition, config, weights, images);
      for (const [i, y] of exported.entries()) {
        expect(y.dims).toEqual([images[i]!.shape[0], 31, ...images[i]!.shape.slice(2)]);
        expectRelativeError(y.data, ours[i]!, LIMIT, `image ${i}`);
      }
    });

    it("gradient attentions as layers of anybody's network equal ours", async () => {
      const gates = ['fc.0.weight', 'fc.2.weight'].map((name) => [
        `spe.${name}`,
        [31, 31, 1, 1],
        `spe/${name}`,
      ]);
      const entries = [
        ['conv.weight', [31, 3, 1, 1], 'conv/kernel'],
        ['spa.conv1.weight', [1, 2, 7, 7], 'spa/conv1.weight'],
        ...gates,
      ] as [string, number[], string][];
      const definition: ModelDefinition = {
        ...getModel('mean-spectrum'),
        key: 'gradient-attentions',
        stateDict: () =>
          entries.map(([official, shape, ours]) => {
            const layout = official === 'conv.weight' ? 'conv2d' : 'same';
            return { official, shape, layout, kind: 'parameter', ours };
          }),
        build: () => {
          const rgb = tfl.input({ shape: [null, null, 3] });
          const layers = [
            tfl.layers.conv2d({ name: 'conv', filters: 31, kernelSize: 1, useBias: false }),
            new SpatialGradientAttention({ name: 'spa' }),
            new SpectralGradientAttention({ name: 'spe' }),
          ];
          const y = layers.reduce((x, layer) => layer.apply(x) as tfl.SymbolicTensor, rgb);
          return tfl.model({ inputs: rgb, outputs: y });
        },
      };
      const weights = new Map(
        entries.map(([official, shape], k): [string, NdArray] => {
          const size = shape.reduce((a, b) => a * b, 1);
          return [official, { dtype: 'float32', shape, data: testNumbers(size, k + 1).map((v) => v * 0.3) }];
        }),
      );
      const shape = [2, 3, 9, 13];
      const image: NdArray = {
        dtype: 'float32',
        shape,
        data: testNumbers(702, 5).map((v) => Math.abs(v) % 1),
      };
      const { exported, ours } = await runExported(definition, {}, weights, [image]);
      expectRelativeError(exported[0]!.data, ours[0]!, LIMIT, 'gradient attentions');
    });

    it.each(['polynomial-regression', 'mean-spectrum'])('%s equals ours', async (key) => {
      const definition = getModel(key);
      const config = definition.config.parse({});
      const weights = new Map(
        definition.stateDict(config).map(({ official, shape }): [string, NdArray] => {
          const size = shape.reduce((a, b) => a * b, 1);
          return [official, { dtype: 'float32', shape, data: testNumbers(size, 3) }];
        }),
      );
      const image: NdArray = {
        dtype: 'float32',
        shape: [2, 3, 5, 4],
        data: testNumbers(120, 5).map(Math.abs),
      };
      const { exported, ours } = await runExported(definition, config, weights, [image]);
      expectRelativeError(exported[0]!.data, ours[0]!, LIMIT, key);
    });
  });
}
