import {
  backendReport,
  onnxRuntimeStatus,
  openOnnxNetwork,
  type OnnxNetwork,
  type PeerLoader,
} from '@prismamba/backend';
import { exportOnnx, type ModelDefinition } from '@prismamba/models';
import { PredictionError, type AnyPredictor, type ArrayPredictor } from '@prismamba/trainer';
import { padToMultiple } from '@prismamba/trainer/internal';
import type * as tfl from '@tensorflow/tfjs-layers';
import { UserError, usageError } from '../user-error.js';
import type { EngineRequest } from './engine-choice.js';
import { speedOfOnnxruntime } from './measured-engines.js';

/** A trained network, ready to predict images of any size. */
export interface Engine {
  readonly name: 'tfjs' | 'onnxruntime';
  /** What was taken and why, in one line; undefined where nothing but TensorFlow.js was asked for. */
  readonly line: string | undefined;
  readonly predictor: ArrayPredictor;
  /** Frees what the engine holds beside the model. */
  close(): Promise<void>;
}

interface Network {
  readonly definition: ModelDefinition;
  readonly config: object;
  readonly model: tfl.LayersModel;
}

/** A network for images of any size: padded where it halves its input, as its definition says. */
export function predictorOf({ traits }: ModelDefinition, predictor: AnyPredictor): ArrayPredictor {
  return padToMultiple(predictor, traits?.sizeMultiple ?? 1);
}

function tfjsEngine({ definition, model }: Network, reason?: string): Engine {
  const line = reason === undefined ? undefined : `engine: tfjs, ${reason}`;
  return { name: 'tfjs', line, predictor: predictorOf(definition, model), close: () => Promise.resolve() };
}

/** Which of the two `auto` takes, and why. */
async function chooseEngine(
  { provider = 'cpu' }: EngineRequest,
  { definition }: Network,
  peers: PeerLoader | undefined,
): Promise<{ readonly name: Engine['name']; readonly reason: string }> {
  const status = await onnxRuntimeStatus(peers);
  if (!status.usable) return { name: 'tfjs', reason: status.reason };
  if (provider !== 'cpu') return { name: 'onnxruntime', reason: `--provider ${provider} was asked for` };
  const backend = backendReport()?.backend;
  if (backend === 'cpu')
    return { name: 'onnxruntime', reason: "the backend is 'cpu', TensorFlow.js's slow reference" };
  if (backend !== 'wasm')
    return {
      name: 'tfjs',
      reason: `the backend is '${backend}', and onnxruntime was measured against 'wasm'`,
    };
  const speed = speedOfOnnxruntime[definition.key];
  if (speed === undefined)
    return { name: 'tfjs', reason: `${definition.title} was not measured with onnxruntime` };
  return speed > 1
    ? { name: 'onnxruntime', reason: `measured ${speed} times as fast for ${definition.title}` }
    : {
        name: 'tfjs',
        reason: `onnxruntime was measured ${Number((1 / speed).toPrecision(2))} times slower for ${definition.title}`,
      };
}

async function onnxEngine(
  { provider }: EngineRequest,
  { definition, config, model }: Network,
  peers: PeerLoader | undefined,
  reason: string,
): Promise<Engine> {
  let network: OnnxNetwork;
  try {
    const bytes = await exportOnnx(model, definition, config);
    network = await openOnnxNetwork(bytes, { provider, peers, source: definition.title });
  } catch (error) {
    throw new UserError(`--engine onnxruntime: ${error instanceof Error ? error.message : String(error)}`);
  }
  return {
    name: 'onnxruntime',
    line: `engine: ${network.description}, ${reason}`,
    predictor: predictorOf(definition, {
      async predictArray(rgb, height, width) {
        try {
          return await network.predictArray(rgb, height, width);
        } catch (error) {
          const said = error instanceof Error ? error.message.split('\n')[0] : String(error);
          throw new PredictionError(
            `onnxruntime failed at ${height} x ${width} pixels: ${said}; smaller tiles want less memory, --engine tfjs is the other engine`,
            { cause: error },
          );
        }
      },
    }),
    close: () => network.close(),
  };
}

/**
 * The engine that was asked for. Tiles, padding and self-ensemble are the same for both; outputs agree to 1e-5 of the largest
 * value. onnxruntime computes what `prismamba export` writes.
 *
 * @throws UserError where onnxruntime was asked for and is missing or broken, or where its provider or the network cannot run.
 */
export async function openEngine(
  options: EngineRequest,
  network: Network,
  peers?: PeerLoader,
): Promise<Engine> {
  const { engine = 'tfjs', provider } = options;
  if (engine === 'tfjs') {
    if (provider !== undefined)
      throw usageError(`--provider ${provider}: is onnxruntime's; add --engine onnxruntime`);
    return tfjsEngine(network);
  }
  if (engine === 'onnxruntime') return onnxEngine(options, network, peers, 'asked for');
  const { name, reason } = await chooseEngine(options, network, peers);
  return name === 'tfjs' ? tfjsEngine(network, reason) : onnxEngine(options, network, peers, reason);
}
