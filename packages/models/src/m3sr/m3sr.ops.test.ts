import { toFloat32, type NdArray } from '@prismamba/formats';
import { eachBackend, expectRelativeError, nchwToNhwc, readGolden } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { disposeModel } from '../dispose-model.js';
import { toOfficialLayout } from '../state-dict/layout.js';
import { loadStateDict } from '../state-dict/load-state-dict.js';
import { frequencyMamba, type FrequencyMambaWeights } from './frequency-mamba.js';
import { m3srConfig } from './m3sr.config.js';
import { ssfmBlock } from './m3sr.js';
import { ssfmEntries } from './m3sr.state-dict.js';
import { spectralMamba, type SpectralMambaWeights } from './spectral-mamba.js';

/** Limits of `golden/README.md` for blocks. */
const FORWARD = 1e-5;
const GRADIENT = 5e-5;

class Golden {
  private readonly arrays: Map<string, NdArray>;
  constructor(file: string) {
    this.arrays = readGolden(`ops/${file}.npz`);
  }
  values(name: string): Float32Array {
    return toFloat32(this.arrays.get(name)!);
  }
  /** A map in NHWC order. */
  map(name: string): Float32Array {
    return nchwToNhwc(this.values(name), this.arrays.get(name)!.shape);
  }
  mapTensor(name: string): tf.Tensor4D {
    const [n, c, h, w] = this.arrays.get(name)!.shape as [number, number, number, number];
    return tf.tensor4d(this.map(name), [n, h, w, c]);
  }
  get weightNames(): string[] {
    return [...this.arrays.keys()].filter((key) => key.startsWith('w.')).map((key) => key.slice(2));
  }
  weight(name: string): NdArray {
    return this.arrays.get(`w.${name}`)!;
  }
}

type Operator = (x: tf.Tensor4D, weights: Record<string, tf.Tensor>) => tf.Tensor4D;

async function checkOperator(file: string, operator: Operator): Promise<void> {
  const golden = new Golden(file);
  const names = golden.weightNames;
  const inputs = [
    golden.mapTensor('x'),
    ...names.map((name) => tf.tensor(toFloat32(golden.weight(name)), [...golden.weight(name).shape])),
  ];
  const f = (x: tf.Tensor, ...w: tf.Tensor[]) =>
    operator(x as tf.Tensor4D, Object.fromEntries(names.map((name, i) => [name, w[i]!])));
  const y = f(inputs[0]!, ...inputs.slice(1));
  expectRelativeError(await y.data(), golden.map('y'), FORWARD, 'y');
  const dy = golden.mapTensor('d_y');
  const gradients = tf.grads(f)(inputs, dy);
  expectRelativeError(await gradients[0]!.data(), golden.map('grad_x'), GRADIENT, 'grad_x');
  for (const [i, name] of names.entries()) {
    expectRelativeError(await gradients[i + 1]!.data(), golden.values(`grad_w.${name}`), GRADIENT, name);
  }
  tf.dispose([inputs, y, dy, gradients]);
}

async function checkBlock(file: string, useMlp: boolean): Promise<void> {
  const golden = new Golden(file);
  const x = golden.mapTensor('x');
  const width = x.shape[3];
  const config = m3srConfig.parse({ use_mlp: useMlp });
  const input = tfl.input({ shape: [null, null, width] });
  const model = tfl.model({ inputs: input, outputs: ssfmBlock('block', width, input, config) });
  const entries = ssfmEntries('block', width, config);
  const weights = new Map(golden.weightNames.map((name) => [`block.${name}`, golden.weight(name)]));
  expect(loadStateDict(model, entries, weights).unknown).toEqual([]);
  const dy = golden.mapTensor('d_y');
  const source = tf.variable(x, true);
  const variables = new Map(model.trainableWeights.map((w) => [w.originalName, w.read() as tf.Variable]));
  const y = model.predict(x) as tf.Tensor;
  expectRelativeError(await y.data(), golden.map('y'), FORWARD, 'y');
  // <y, dy> has the gradients that the upstream dy gives.
  const { value, grads } = tf.variableGrads(
    () => tf.sum<tf.Scalar>(tf.mul(model.apply(source.clone(), { training: false }) as tf.Tensor, dy)),
    [source, ...variables.values()],
  );
  expectRelativeError(await grads[source.name]!.data(), golden.map('grad_x'), GRADIENT, 'grad_x');
  for (const entry of entries) {
    const gradient = grads[variables.get(entry.ours!)!.name];
    const wanted = golden.values(`grad_w.${entry.official.slice('block.'.length)}`);
    const got =
      gradient === undefined ? new Float32Array(wanted.length) : ((await gradient.data()) as Float32Array);
    expectRelativeError(toOfficialLayout(got, entry), wanted, GRADIENT, entry.official);
  }
  tf.dispose([x, dy, y, value, grads]);
  source.dispose();
  disposeModel(model);
}

eachBackend('M3SR blocks', () => {
  it('golden m3sr_spe_mamba', async () => {
    await checkOperator('m3sr_spe_mamba', (x, w) => {
      return spectralMamba(x, 4, w as unknown as SpectralMambaWeights);
    });
  });

  it.each(['m3sr_freq_mamba', 'm3sr_freq_mamba_small'])('golden %s', async (file) => {
    await checkOperator(file, (x, w) => {
      return frequencyMamba(x, 'haar', w as unknown as FrequencyMambaWeights);
    });
  });

  it.each([
    ['m3sr_ssfm_block', false],
    ['m3sr_ssfm_block_small', false],
    ['m3sr_ssfm_block_mlp', true],
  ] as const)('golden %s', async (file, useMlp) => {
    await checkBlock(file, useMlp);
  });
});
