import { startThreads, useRelaxedSimd } from '@prismamba/backend';
import { wasmArena } from '@prismamba/backend/internal';
import { getModel } from '@prismamba/models';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { predictImage } from '@prismamba/trainer';
import { measure, type JobResult } from './job-result.js';
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
}

function image(batch: number, height: number, width: number, channels: number): tf.Tensor4D {
  const data = new Float32Array(batch * height * width * channels);
  let state = 12345;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state / 4294967296;
  }
  return tf.tensor4d(data, [batch, height, width, channels]);
}

/** Forward pass or training step (L1 loss, gradients of every weight, Adam) of a network on the WASM backend. */
export async function network(job: NetworkJob): Promise<JobResult> {
  const { mode, height, width, batch = 1, threads = 1, repeats = 1 } = job;
  if (job.relaxed === true) useRelaxedSimd(true);
  await startBackend('wasm', { threads, tensorflowThreads: job.tensorflowThreads ?? 1 });
  if (threads > 1) startThreads();
  const definition = getModel(job.model);
  const model: tfl.LayersModel = definition.build(definition.config.parse(job.config ?? {}), { seed: 1 });
  const x = image(batch, height, width, 3);
  const rgb = { data: (await x.data()) as Float32Array, height, width };
  const inTiles = (size: number) => predictImage(model, rgb, { protocol: { name: 'tiles', size } });
  const forward = () => {
    if (job.tile !== undefined) return inTiles(job.tile);
    const y = model.predict(x) as tf.Tensor;
    y.dataSync();
    y.dispose();
    return undefined;
  };
  const target = mode === 'train' ? image(batch, height, width, 31) : undefined;
  const optimizer = tf.train.adam(1e-4);
  const train = () => {
    const loss = optimizer.minimize(
      () => tf.mean(tf.abs(tf.sub(model.apply(x, { training: true }) as tf.Tensor, target!))),
      true,
      model.trainableWeights.map((weight) => weight.read() as tf.Variable),
    )!;
    loss.dataSync();
    loss.dispose();
  };
  const small = image(1, 16, 16, 3);
  (model.predict(small) as tf.Tensor).dispose();
  small.dispose();
  const timed = await measure(mode === 'forward' ? forward : train, repeats, mode === 'forward' ? 0 : 1);
  return {
    ...timed,
    threadsRan: threadsRan(),
    tensors: tf.memory().numTensors,
    arena: wasmArena(tf.backend())?.report(),
  };
}
