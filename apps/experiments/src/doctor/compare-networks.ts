import { disposeModel, getModel, listModels } from '@prismamba/models';
import { lossGradients } from '@prismamba/models/internal';
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '../start-backend.js';
import type { BackendName } from '@prismamba/backend';

/** What a network answers: its output, and the gradient of a loss by each of its weights and by its input. */
type Answer = ReadonlyMap<string, Float32Array>;

/** How far a network on a backend is from the same network on the reference backend. */
export interface NetworkComparison {
  readonly network: string;
  /** Largest difference over the largest value. */
  readonly forward: number;
  /** The same of the gradient (of a weight or of the input) that is the furthest off. */
  readonly gradient: number;
  readonly passed: boolean;
  /** Why it could not run, in one line. */
  readonly fault?: string;
}

/** Rounding of a GPU in float32; a wrong kernel is off by far more. */
const LIMITS = { forward: 1e-4, gradient: 2e-3 };
/** Gradients below this part of the largest are rounding noise: it is the least denominator. */
const FLOOR = 1e-4;
const SIDE = 16;

const numbers = (count: number) =>
  Float32Array.from({ length: count }, (_, i) => 0.5 + 0.5 * Math.sin(1.3 * i));

async function answerOf(key: string): Promise<Answer> {
  const definition = getModel(key);
  const model = definition.build(definition.config.parse(definition.small), { seed: 3 });
  const x = tf.tensor4d(numbers(SIDE * SIDE * 3), [1, SIDE, SIDE, 3]);
  const tensors = new Map<string, tf.Tensor>();
  let target: tf.Tensor | undefined;
  try {
    tensors.set(
      'output',
      tf.tidy(() => model.apply(x, { training: false }) as tf.Tensor),
    );
    target = tf.zerosLike(tensors.get('output')!);
    const { input, weights } = await lossGradients(model, x, target);
    for (const [name, gradient] of weights) tensors.set(name, gradient);
    if (input !== undefined) tensors.set('input', input);
    const values = new Map<string, Float32Array>();
    for (const [name, tensor] of tensors) values.set(name, await tensor.data<'float32'>());
    return values;
  } finally {
    tf.dispose([x, ...tensors.values(), ...(target === undefined ? [] : [target])]);
    disposeModel(model);
  }
}

const largest = (values: Float32Array) => values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);

/** NaN where a value is missing or no number, which no limit lets pass. */
function difference(got: Float32Array | undefined, wanted: Float32Array, floor = 0): number {
  if (got?.length !== wanted.length) return NaN;
  let most = 0;
  for (const [i, v] of wanted.entries()) {
    const apart = Math.abs(got[i]! - v);
    if (Number.isNaN(apart)) return NaN;
    most = Math.max(most, apart);
  }
  return most / Math.max(largest(wanted), floor, Number.MIN_VALUE);
}

function compare(network: string, got: Answer, wanted: Answer): NetworkComparison {
  const gradients = [...wanted].filter(([name]) => name !== 'output');
  const floor = FLOOR * Math.max(...gradients.map(([, values]) => largest(values)));
  const forward = difference(got.get('output'), wanted.get('output')!);
  const errors = gradients.map(([name, values]) => difference(got.get(name), values, floor));
  const gradient = errors.some(Number.isNaN) ? NaN : Math.max(...errors);
  const passed = forward <= LIMITS.forward && gradient <= LIMITS.gradient;
  return { network, forward, gradient, passed };
}

const firstLine = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]!;

/**
 * Every network that is trained by steps, in its small form and so with every operator of Prismamba, on each of the backends and on
 * `cpu`, the reference: output, and all gradients.
 */
export async function compareNetworks(
  backends: readonly BackendName[],
  say: (text: string) => void,
  networks: readonly string[] = listModels().filter((key) => getModel(key).fit === 'gradient'),
): Promise<Map<BackendName, NetworkComparison[]>> {
  const answers = new Map<string, Answer>();
  await startBackend('cpu');
  for (const [i, key] of networks.entries()) {
    say(`reference: ${key}, ${i + 1} of ${networks.length}\n`);
    answers.set(key, await answerOf(key));
  }
  const compared = new Map<BackendName, NetworkComparison[]>();
  for (const backend of backends) {
    await startBackend(backend);
    const rows: NetworkComparison[] = [];
    for (const key of networks) {
      say(`${backend}: ${key}\n`);
      try {
        rows.push(compare(key, await answerOf(key), answers.get(key)!));
      } catch (error) {
        rows.push({ network: key, forward: NaN, gradient: NaN, passed: false, fault: firstLine(error) });
      }
    }
    compared.set(backend, rows);
  }
  return compared;
}
