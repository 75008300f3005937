import { startBackend } from '@prismamba/backend';
import { writeNpz, type NdArray } from '@prismamba/formats';
import { disposeModel, getModel, loadStateDict } from '@prismamba/models';
import { lossGradients, sizeOf, toOfficialLayout, type StateEntry } from '@prismamba/models/internal';
import { testNumbers } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkParity, type ParityFiles } from './check-parity.js';
import { formatParityReport } from './format-report.js';
import { formulaValues, formulaWeights, type WeightsCheck } from './formula-weights.js';
import { forward } from './forward.js';
import { nchwValues, nhwcTensor } from './layout.js';

const SEED = 777;
const definition = getModel('gmsr-net');
const config = definition.config.parse({});
const entries = definition.stateDict(config);

/** Positions of our own in the sequence of the formula: not those of the entries in their order. */
const position = (index: number) => 3 * (entries.length - index) + 2;

/** Ranges of our own, unlike those of the folders in `golden/`. */
function range({ shape, official }: StateEntry): { center: number; amplitude: number } {
  if (shape.length >= 2) return { center: 0.01, amplitude: 0.9 * Math.sqrt(3 / sizeOf(shape.slice(1))) };
  return { center: official.endsWith('weight') ? 1 : 0, amplitude: 0.15 };
}

function weightsCheck(): WeightsCheck {
  const params = entries.map((entry, index) => {
    const k = position(index);
    const values = formulaValues(sizeOf(entry.shape), k, SEED, range(entry));
    const sum = values.reduce((a, b) => a + b, 0);
    const first3 = [...values.slice(0, 3)];
    return [entry.official, { k, ...range(entry), first3, last: values.at(-1)!, sum }] as const;
  });
  return { seed: SEED, params: Object.fromEntries(params) };
}

const float32 = (shape: readonly number[], data: Float32Array): NdArray => ({
  dtype: 'float32',
  shape,
  data,
});

/** A folder in the format of `golden/README.md`, its numbers from the CPU backend. */
async function writeFolder(check: WeightsCheck): Promise<ParityFiles> {
  await startBackend('cpu');
  const model = definition.build(config, { seed: 0 });
  loadStateDict(model, entries, formulaWeights(entries, check));
  const image = (shape: number[], seed: number) =>
    float32(shape, Float32Array.from(testNumbers(sizeOf(shape), seed)));
  const x1 = image([1, 3, 5, 6], 1);
  const y1 = float32([1, 31, 5, 6], await forward(model, x1));
  const target = float32(
    y1.shape,
    Float32Array.from(y1.data as Float32Array, (v, i) => v + (i % 2 === 0 ? 0.5 : -0.5)),
  );
  const [x, wanted] = [nhwcTensor(x1), nhwcTensor(target)];
  const { loss, input, weights } = await lossGradients(model, x, wanted);
  const grads = new Map<string, NdArray>([
    ['x', x1],
    ['target', target],
    ['loss', float32([], Float32Array.of(loss))],
    ['grad_input', float32(x1.shape, await nchwValues(input!))],
  ]);
  for (const entry of entries) {
    const gradient = weights.get(entry.ours!);
    const values =
      gradient === undefined ? new Float32Array(sizeOf(entry.shape)) : await gradient.data<'float32'>();
    grads.set(`grad/${entry.official}`, float32(entry.shape, toOfficialLayout(values, entry)));
  }
  tf.dispose([x, wanted, input!, ...weights.values()]);
  disposeModel(model);
  return {
    'io.npz': writeNpz(
      new Map([
        ['x1', x1],
        ['y1', y1],
      ]),
    ),
    'grads.npz': writeNpz(grads),
    'weights_check.json': new TextEncoder().encode(JSON.stringify(check)),
  };
}

describe('a golden folder of another seed, other positions and other ranges', () => {
  let files: ParityFiles;
  beforeAll(async () => {
    files = await writeFolder(weightsCheck());
    await startBackend('wasm');
  });

  it('is compared with the weights that its weights_check.json describes', async () => {
    const report = await checkParity(definition, files);
    expect(report.passed, formatParityReport(report)).toBe(true);
    expect(report.weights).toMatchObject({ source: 'formula', checked: entries.length });
    expect(report.gradients!.parameterGradients).toHaveLength(entries.length);
  });

  it('fails with the weights of the next seed', async () => {
    const check = { ...weightsCheck(), seed: SEED + 1 };
    const changed = { ...files, 'weights_check.json': new TextEncoder().encode(JSON.stringify(check)) };
    await expect(checkParity(definition, changed)).rejects.toThrow(/weights_check.json: \S+: value 0 is/);
  });
});
