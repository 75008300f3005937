import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import * as tf from '@tensorflow/tfjs-core';
import { toFloat32 } from '@prismamba/formats';
import { eachBackend, expectRelativeError, operatorSuite, readGolden } from '@prismamba/testing';
import { describe, expect, it } from 'vitest';
import { gelu } from './gelu.js';
import { geluOperator } from './gelu.operator.js';
import { geluReference } from './gelu.reference.js';

describe('the definition of GELU', () => {
  it('has known values', () => {
    expect(geluReference(0)).toEqual([0, 0.5]);
    expect(geluReference(1)[0]).toBeCloseTo(0.8413447460685429, 14);
    expect(geluReference(-5)[0]).toBeCloseTo(-5 * 2.866515718791945e-7, 15);
    expect(geluReference(-7)[0] / (-7 * 1.279812543885835e-12)).toBeCloseTo(1, 12);
  });
});

operatorSuite<'x'>({
  name: 'gelu',
  cases: {
    // 4k + 3 values: the part that is no whole vector too
    'from -6 to 6': { x: { shape: [3, 7, 23], scale: 6 } },
    'one value': { x: { shape: [1] } },
  },
  reference: ({ x }) => [x.map((value) => geluReference(value)[0])],
  gradient: ({ x }, _, [dy]) => ({ x: x.map((value, i) => dy![i]! * geluReference(value)[1]) }),
  operator: ({ x }) => [gelu(x)],
  composed: ({ x }) => [geluOperator.composed({ x }).y],
  kernels: { wasm: geluOperator.name },
});

const golden = readGolden('ops/activations.npz');
const values = (name: string) => toFloat32(golden.get(name)!);

eachBackend('gelu', () => {
  it('golden: forward and gradient, and not the tanh approximation', async () => {
    const x = tf.tensor1d(values('gelu_exact_x'));
    const dy = tf.tensor1d(values('gelu_exact_d_y'));
    const y = gelu(x);
    const dx = tf.grad(gelu)(x, dy);
    expectRelativeError(await y.data(), values('gelu_exact_y'), 2e-6, 'y');
    expectRelativeError(await dx.data(), values('gelu_exact_grad_x'), 1e-5, 'grad_x');
    const approximation = values('gelu_tanh_for_contrast_y');
    expect(Math.max(...(await y.data()).map((v, i) => Math.abs(v - approximation[i]!)))).toBeGreaterThan(
      1e-4,
    );
    tf.dispose([x, dy, y, dx]);
  });

  it('is 0 or the identity far out', async () => {
    const far = Float32Array.of(-3.4e38, -1e4, -40, -13, 13, 40, 1e4, 3.4e38);
    const x = tf.tensor1d(far);
    const y = gelu(x);
    const dx = tf.grad(gelu)(x);
    const [value, slope] = [await y.data(), await dx.data()];
    far.forEach((v, i) => {
      expect(Math.abs(value[i]! - Math.max(0, v))).toBeLessThan(1e-7 * Math.max(1, v));
      expect(Math.abs(slope[i]! - (v > 0 ? 1 : 0))).toBeLessThan(1e-6);
    });
    tf.dispose([x, y, dx]);
  });
});
