import { describe, expect, it } from 'vitest';
import { onnxRuntimeStatus, openOnnxNetwork, type PeerLoader } from '../index.js';
import { channelsFirst, channelsLast } from './channel-order.js';

const missing: PeerLoader = { find: () => undefined, load: () => Promise.reject(new Error('never')) };
const withModule = (load: () => unknown): PeerLoader => ({
  find: (name) => (name === 'onnxruntime-node' ? 'file:///onnxruntime-node' : undefined),
  load: () => Promise.resolve().then(load),
});

interface Given {
  readonly options: object;
  readonly dims: readonly number[];
}

/** An onnxruntime whose network answers four bands: R, G, B and 10 times R, at every pixel. */
function fakeRuntime(seen: Partial<Record<keyof Given, unknown>> = {}, answerHeight = (h: number) => h) {
  class Tensor {
    constructor(
      readonly type: string,
      readonly data: Float32Array,
      readonly dims: readonly number[],
    ) {}
  }
  const InferenceSession = {
    create(_bytes: Uint8Array, options: { executionProviders: readonly string[] }) {
      seen.options = options;
      if (options.executionProviders[0] === 'cuda')
        return Promise.reject(new Error('libonnxruntime_providers_shared.so: no such file\nat native code'));
      return Promise.resolve({
        inputNames: ['rgb'],
        outputNames: ['cube'],
        run({ rgb }: { rgb: Tensor }) {
          seen.dims = rgb.dims;
          const [, , h, w] = rgb.dims as [number, number, number, number];
          const data = new Float32Array(4 * h * w);
          data.set(rgb.data);
          data.set(
            rgb.data.subarray(0, h * w).map((v) => 10 * v),
            3 * h * w,
          );
          return Promise.resolve({ cube: { data, dims: [1, 4, answerHeight(h), w] } });
        },
        release: () => Promise.resolve(),
      });
    },
  };
  return {
    InferenceSession,
    Tensor,
    env: { versions: { node: '1.30.0' } },
    listSupportedBackends: () => [{ name: 'cpu' }, { name: 'webgpu' }, { name: 'cuda' }],
  };
}

const bytes = new Uint8Array(0);

describe('openOnnxNetwork', () => {
  it('takes and gives the channels last, whatever onnxruntime wants', async () => {
    const seen: Partial<Given> = {};
    const network = await openOnnxNetwork(bytes, { peers: withModule(() => fakeRuntime(seen)), threads: 3 });
    expect(network.description).toBe('onnxruntime-node 1.30.0, cpu');
    const { data, bands } = await network.predictArray(Float32Array.of(1, 2, 3, 4, 5, 6), 1, 2);
    expect(seen.dims).toEqual([1, 3, 1, 2]);
    expect(seen.options).toMatchObject({ executionProviders: ['cpu'], intraOpNumThreads: 3 });
    expect(bands).toBe(4);
    expect([...data]).toEqual([1, 2, 3, 10, 4, 5, 6, 40]);
    await network.close();
  });

  it('finds what a CommonJS package exports under default', async () => {
    const peers = withModule(() => ({ default: fakeRuntime() }));
    expect(await onnxRuntimeStatus(peers)).toEqual({
      usable: true,
      version: '1.30.0',
      providers: ['cpu', 'webgpu', 'cuda'],
    });
  });

  it('keeps "not installed" and "installed but broken" apart', async () => {
    await expect(openOnnxNetwork(bytes, { peers: missing })).rejects.toThrow(
      'openOnnxNetwork: onnxruntime-node is not installed (optional); to use it: npm install onnxruntime-node',
    );
    const broken = withModule(() => {
      throw new Error('libonnxruntime.so.1: cannot open shared object file');
    });
    await expect(openOnnxNetwork(bytes, { peers: broken })).rejects.toThrow(
      /onnxruntime-node is installed but broken: libonnxruntime\.so\.1.*npm install --force onnxruntime-node/,
    );
    await expect(openOnnxNetwork(bytes, { peers: withModule(() => ({})) })).rejects.toThrow(
      /installed but broken: it has no InferenceSession/,
    );
    expect(await onnxRuntimeStatus(missing)).toMatchObject({ usable: false });
  });

  it('names the providers that there are, and what one needs that does not start', async () => {
    const peers = withModule(() => fakeRuntime());
    await expect(openOnnxNetwork(bytes, { peers, provider: 'cudda' })).rejects.toThrow(
      /has no provider 'cudda' on this machine, did you mean 'cuda'\? It has: cpu, webgpu, cuda\./,
    );
    const failure = openOnnxNetwork(bytes, { peers, provider: 'cuda', source: 'a.onnx' });
    await expect(failure).rejects.toThrow(
      /1\.30\.0, cuda cannot open a\.onnx: libonnxruntime_providers_shared\.so.*CUDA 12 and cuDNN 9.*provider 'cpu' runs everywhere/,
    );
    await expect(failure).rejects.not.toThrow(/native code/);
    const early = withModule(() => ({
      ...fakeRuntime(),
      InferenceSession: {
        create: () =>
          Promise.reject(
            new Error(
              'ONNX Runtime only *guarantees* support for models stamped with official released onnx opset versions.',
            ),
          ),
      },
    }));
    await expect(openOnnxNetwork(bytes, { peers: early })).rejects.toThrow(
      /cannot open network: .* where the environment says ALLOW_RELEASED_ONNX_OPSET_ONLY=0; or write it with opset 17\.$/,
    );
  });

  it('refuses pixels that do not fit, and answers of another size', async () => {
    const shrinking = withModule(() => fakeRuntime({}, (h) => h - 1));
    const network = await openOnnxNetwork(bytes, { peers: shrinking, source: 'a.onnx' });
    await expect(network.predictArray(new Float32Array(6), 2, 2)).rejects.toThrow(
      'predictArray: rgb has 6 values, but [2, 2, 3] needs 12.',
    );
    await expect(network.predictArray(new Float32Array(12), 2, 2)).rejects.toThrow(
      'a.onnx answered [1, 4, 1, 2] to [1, 3, 2, 2], but float32 [1, bands, 2, 2] was wanted',
    );
  });
});

it('channelsLast undoes channelsFirst', () => {
  const data = Float32Array.from({ length: 30 }, (_, i) => i);
  expect([...channelsFirst(data, 10, 3).subarray(0, 3)]).toEqual([0, 3, 6]);
  expect(channelsLast(channelsFirst(data, 10, 3), 10, 3)).toEqual(data);
});
