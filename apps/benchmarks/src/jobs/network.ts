import { openOnnxNetwork, startThreads, useRelaxedSimd } from '@prismamba/backend';
import { wasmArena } from '@prismamba/backend/internal';
import { exportOnnx, getModel } from '@prismamba/models';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { Adam, l1Loss, predictImage, trainStep, type RgbImage } from '@prismamba/trainer';
import { measure, type JobResult } from './job-result.js';
import { rivalPeers } from '../rivals/rival-modules.js';
import { threadsRan } from './threads-ran.js';
import { startBackend } from '../start-backend.js';

export interface NetworkJob {
  readonly model: string;
  readonly mode: 'forward' | 'train';
  readonly height: number;
  readonly width: number;
  readonly batch?: number;
  readonly threads?: number;
  /** Threads of TensorFlow.js's own operators. */
  readonly tensorflowThreads?: number;
  readonly relaxed?: boolean;
  readonly repeats?: number;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Predict in overlapping tiles of this size: for networks whose whole map does not fit into the WASM memory. */
  readonly tile?: number;
  /** What computes the network: TensorFlow.js on WASM (unless given), or onnxruntime-node, one forward pass. */
  readonly engine?: 'onnxruntime';
  /** Operator set of the exported network: 17, unless given, has scans as `Scan`, 27 as `LinearAttention`. */
  readonly opset?: 17 | 27;
  /** TensorFlow.js's backend; `wasm` unless given. */
  readonly backend?: 'webgpu';
}

function values(batch: number, height: number, width: number, channels: number): Float32Array {
  const data = new Float32Array(batch * height * width * channels);
  let state = 12345;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state / 4294967296;
  }
  return data;
}

/** Forward pass, or training step as `prismamba train` does it (L1 loss, gradients of every weight, Adam), of a network. */
export async function network(job: NetworkJob): Promise<JobResult> {
  const { mode, height, width, batch = 1, threads = 1, repeats = 1 } = job;
  if (job.relaxed === true) useRelaxedSimd(true);
  const backend = job.backend ?? 'wasm';
  await startBackend(backend, { threads, tensorflowThreads: job.tensorflowThreads ?? 1 });
  if (threads > 1 && backend === 'wasm' && job.engine === undefined) startThreads();
  const definition = getModel(job.model);
  const model: tfl.LayersModel = definition.build(definition.config.parse(job.config ?? {}), { seed: 1 });
  const rgb = values(batch, height, width, 3);
  if (job.engine === 'onnxruntime') return inOnnxruntime(job, model, { data: rgb, height, width });
  const inTiles = (size: number) =>
    predictImage(model, { data: rgb, height, width }, { protocol: { name: 'tiles', size } });
  const x = mode === 'forward' ? tf.tensor4d(rgb, [batch, height, width, 3]) : undefined;
  const forward = async () => {
    if (job.tile !== undefined) return inTiles(job.tile);
    const y = model.predict(x!) as tf.Tensor;
    await y.data();
    y.dispose();
    return undefined;
  };
  const cube = mode === 'train' ? values(batch, height, width, 31) : new Float32Array();
  const patches = { rgb, cube, size: batch, height, width, bands: 31 };
  const optimizer = new Adam();
  const train = () => trainStep({ model, loss: l1Loss, optimizer, batch: patches, learningRate: 1e-4 });
  const small = tf.tensor4d(values(1, 16, 16, 3), [1, 16, 16, 3]);
  (model.predict(small) as tf.Tensor).dispose();
  small.dispose();
  // The small image has warmed WASM up; on WebGPU another size has shaders of its own.
  const warmUps = mode === 'forward' && backend === 'wasm' ? 0 : 1;
  const timed = await measure(mode === 'forward' ? forward : train, repeats, warmUps);
  return {
    ...timed,
    threadsRan: threadsRan(),
    tensors: tf.memory().numTensors,
    arena: wasmArena(tf.backend())?.report(),
  };
}

/** The network as the engine `onnxruntime` of `prismamba reconstruct` runs it: exported, on arrays. */
async function inOnnxruntime(
  { model: key, config = {}, threads, repeats = 1, opset = 17 }: NetworkJob,
  model: tfl.LayersModel,
  { data, height, width }: RgbImage,
): Promise<JobResult> {
  const definition = getModel(key);
  const bytes = await exportOnnx(model, definition, definition.config.parse(config), { opset });
  // onnxruntime 1.30 opens a file of the opset that is still in the making only where it is told to.
  if (opset === 27) process.env['ALLOW_RELEASED_ONNX_OPSET_ONLY'] ??= '0';
  const engine = await openOnnxNetwork(bytes, { threads, peers: rivalPeers });
  const timed = await measure(() => engine.predictArray(data, height, width), repeats);
  await engine.close();
  return { ...timed, framework: engine.description };
}
