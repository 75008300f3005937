import { nearestName } from '@prismamba/core';
import { installedPeers, loadPeer, type PeerLoader } from '../optional-peers.js';
import { wantedThreads } from '../pool/thread-pools.js';
import { channelsFirst, channelsLast } from './channel-order.js';

/** What is used of `onnxruntime-node` (the same in `onnxruntime-web`). */
interface OnnxRuntime {
  readonly InferenceSession: { create(bytes: Uint8Array, options: object): Promise<OnnxRuntimeSession> };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => object;
  readonly env?: { readonly versions?: { readonly node?: string; readonly common?: string } };
  listSupportedBackends?(): readonly { readonly name: string }[];
}

interface OnnxRuntimeSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: object): Promise<Record<string, { readonly data: unknown; readonly dims: readonly number[] }>>;
  release(): Promise<void>;
}

export interface OnnxNetworkOptions {
  /** Execution provider of onnxruntime: `cpu` (default), or `cuda`, `webgpu`, ... where its package has it. */
  readonly provider?: string | undefined;
  /** Threads of one operator on the CPU; those of the kernels (`setThreads`) unless given. */
  readonly threads?: number | undefined;
  /** Name of the file for error messages. */
  readonly source?: string | undefined;
  /** How optional packages are found; tests replace it. */
  readonly peers?: PeerLoader | undefined;
}

/** A network in onnxruntime, on plain arrays; also an `ArrayPredictor` of `@prismamba/trainer`. */
export interface OnnxNetwork {
  /** For instance `onnxruntime-node 1.30.0, cpu`. */
  readonly description: string;
  /** [height, width, 3] to [height, width, bands], row-major, channel last. */
  predictArray(
    rgb: Float32Array,
    height: number,
    width: number,
  ): Promise<{ readonly data: Float32Array; readonly bands: number }>;
  /** Frees the network; predictions in work must have ended. */
  close(): Promise<void>;
}

/** Whether `onnxruntime-node` is there and starts, and what it can run on. */
export type OnnxRuntimeStatus =
  | { readonly usable: true; readonly version: string; readonly providers: readonly string[] }
  | { readonly usable: false; readonly reason: string };

const PACKAGE = 'onnxruntime-node';

async function loadRuntime(peers: PeerLoader): Promise<OnnxRuntime | { readonly reason: string }> {
  const status = await loadPeer(PACKAGE, peers);
  if (status.state !== 'loaded') return { reason: status.message };
  // A CommonJS package: what it exports may stand under `default` only.
  const module = (await peers.load(peers.find(PACKAGE)!)) as Partial<OnnxRuntime> & { default?: OnnxRuntime };
  const runtime = module.InferenceSession === undefined ? module.default : (module as OnnxRuntime);
  if (runtime?.InferenceSession === undefined || runtime.Tensor === undefined) {
    return { reason: `${PACKAGE} is installed but broken: it has no InferenceSession; reinstall it` };
  }
  return runtime;
}

const versionOf = ({ env }: OnnxRuntime) => env?.versions?.node ?? env?.versions?.common ?? 'unknown version';

const providersOf = (runtime: OnnxRuntime) =>
  runtime.listSupportedBackends?.().map(({ name }) => name) ?? ['cpu'];

/** Looks for `onnxruntime-node` without opening a network. */
export async function onnxRuntimeStatus(peers: PeerLoader = installedPeers): Promise<OnnxRuntimeStatus> {
  const runtime = await loadRuntime(peers);
  if ('reason' in runtime) return { usable: false, reason: runtime.reason };
  return { usable: true, version: versionOf(runtime), providers: providersOf(runtime) };
}

/** What a provider needs beside the package, where that is known. */
const providerNeeds: Readonly<Record<string, string>> = {
  cuda: `its CUDA part (Linux x64) is downloaded when ${PACKAGE} is installed, and wants CUDA 12 and cuDNN 9`,
  tensorrt: `its CUDA part (Linux x64) is downloaded when ${PACKAGE} is installed, and wants CUDA 12, cuDNN 9 and TensorRT`,
  webgpu: 'it needs a GPU with a Vulkan, Metal or Direct3D 12 driver',
};

const firstLine = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]!;

/**
 * Opens a network that was written as ONNX (`prismamba export`, `exportOnnx`) in `onnxruntime-node`, an optional package.
 *
 * @throws Error where the package is not installed, or is installed but broken, or has no such provider (each says what to do),
 *   and where the file is no network that onnxruntime can open.
 */
export async function openOnnxNetwork(
  bytes: Uint8Array,
  options: OnnxNetworkOptions = {},
): Promise<OnnxNetwork> {
  const { provider = 'cpu', threads = wantedThreads(), source = 'network', peers = installedPeers } = options;
  const runtime = await loadRuntime(peers);
  if ('reason' in runtime) throw new Error(`openOnnxNetwork: ${runtime.reason}`);
  const description = `${PACKAGE} ${versionOf(runtime)}, ${provider}`;
  const known = providersOf(runtime);
  if (!known.includes(provider)) {
    throw new Error(
      `openOnnxNetwork: ${PACKAGE} ${versionOf(runtime)} has no provider '${provider}' on this machine, did you mean ` +
        `'${nearestName(provider, known)}'? It has: ${known.join(', ')}.`,
    );
  }
  let session: OnnxRuntimeSession;
  try {
    session = await runtime.InferenceSession.create(bytes, {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      logSeverityLevel: 3,
    });
  } catch (error) {
    const needs = provider === 'cpu' ? '' : ` '${provider}': ${providerNeeds[provider] ?? 'see its pages'};`;
    const other = provider === 'cpu' ? '' : " provider 'cpu' runs everywhere.";
    const early = /only \*guarantees\* support for models stamped with official/.test(firstLine(error))
      ? ' It opens such a file where the environment says ALLOW_RELEASED_ONNX_OPSET_ONLY=0; or write it with opset 17.'
      : '';
    throw new Error(
      `openOnnxNetwork: ${description} cannot open ${source}: ${firstLine(error)}.${needs}${other}${early}`,
      { cause: error },
    );
  }
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  return {
    description,
    async predictArray(rgb, height, width) {
      const pixels = height * width;
      if (rgb.length !== pixels * 3) {
        throw new RangeError(
          `predictArray: rgb has ${rgb.length} values, but [${height}, ${width}, 3] needs ${pixels * 3}.`,
        );
      }
      const feeds = {
        [input!]: new runtime.Tensor('float32', channelsFirst(rgb, pixels, 3), [1, 3, height, width]),
      };
      const { data, dims } = (await session.run(feeds))[output!]!;
      const [batch, bands, rows, columns] = dims;
      const fits = dims.length === 4 && batch === 1 && rows === height && columns === width;
      if (!fits || !(data instanceof Float32Array)) {
        throw new RangeError(
          `predictArray: ${source} answered [${dims.join(', ')}] to [1, 3, ${height}, ${width}], but float32 ` +
            `[1, bands, ${height}, ${width}] was wanted.`,
        );
      }
      return { data: channelsLast(data, pixels, bands!), bands: bands! };
    },
    close: () => session.release(),
  };
}
