import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freeInBackward } from './free-in-backward.js';

const N = 1000;
let variable: tf.Variable;
let before = 0;
beforeEach(async () => {
  await tf.setBackend('cpu');
  before = tf.memory().numTensors;
  variable = tf.tidy(() => tf.variable(tf.linspace(0.1, 2, N)));
});
afterEach(() => {
  variable.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

/** The gradient, and the most bytes that tensors held in the backward pass. */
function gradientOf(f: (x: tf.Tensor) => tf.Tensor, free: boolean) {
  let peak = 0;
  const seen = () => (peak = Math.max(peak, tf.memory().numBytes));
  const kernels = tf.getKernelsForBackend('cpu') as unknown as { kernelFunc: tf.KernelFunc }[];
  const originals = kernels.map(({ kernelFunc }) => kernelFunc);
  kernels.forEach((kernel, i) => {
    kernel.kernelFunc = (args) => {
      const result = originals[i]!(args);
      seen();
      return result;
    };
  });
  const start = tf.memory().numBytes;
  try {
    const { value, grads } = tf.variableGrads(() => {
      const loss = tf.sum<tf.Scalar>(f(variable));
      if (free) freeInBackward();
      peak = 0;
      return loss;
    }, [variable]);
    const gradient = grads[variable.name]!.dataSync().slice();
    tf.dispose([value, ...Object.values(grads)]);
    return { gradient, peak: peak - start };
  } finally {
    kernels.forEach((kernel, i) => (kernel.kernelFunc = originals[i]!));
  }
}

/** Gradient is the upstream one itself, for both inputs. */
const sumByHand = tf.customGrad((a, b) => ({
  value: tf.add(a as tf.Tensor, b as tf.Tensor),
  gradFunc: (dy: tf.Tensor) => [dy, dy],
}));
/** Gradient is one new tensor, for both inputs. */
const twiceSum = tf.customGrad((a, b) => ({
  value: tf.mul(2, tf.add(a as tf.Tensor, b as tf.Tensor)),
  gradFunc: (dy: tf.Tensor) => {
    const both = tf.mul(2, dy);
    return [both, both];
  },
}));
/** Gradient is what was saved. */
const halfSquare = tf.customGrad((x, save) => {
  (save as tf.GradSaveFunc)([x as tf.Tensor]);
  return {
    value: tf.mul(0.5, tf.square(x as tf.Tensor)),
    gradFunc: (_: tf.Tensor, [saved]: tf.Tensor[]) => saved!,
  };
});

/** Two values whose gradients are needed at different times. */
const apart = (x: tf.Tensor): [tf.Tensor, tf.Tensor] => [tf.sin(x), tf.add(tf.cos(x), tf.exp(x))];
/** Its gradient is a sum, which TensorFlow.js makes between two operators. */
const handOn = (y: tf.Tensor): tf.Tensor => tf.mul(y, tf.sin(y));

describe('gradients have the same bits', () => {
  it.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['of a chain', (x) => tf.exp(tf.sin(tf.sqrt(tf.square(x))))],
    ['of a value that is used several times', (x) => tf.mul(tf.add(tf.sin(x), x), tf.add(tf.sin(x), x))],
    ['of operators that hand the upstream gradient on', (x) => handOn(sumByHand(...apart(x)))],
    ['of operators with one gradient for two inputs', (x) => handOn(twiceSum(...apart(x)))],
    ['of one tensor given twice', (x) => tf.sin(sumByHand(x, x))],
    ['of operators that answer with a saved tensor', (x) => tf.exp(halfSquare(tf.sin(x)))],
    ['with parts that nothing depends on', (x) => (tf.tanh(tf.cos(x)), tf.sin(x))],
  ])('%s', (_, f) => {
    const plain = gradientOf(f, false);
    const freed = gradientOf(f, true);
    expect(freed.gradient).toEqual(plain.gradient);
    expect(freed.gradient.some((value) => value !== 0)).toBe(true);
  });

  it('of operators that answer with a tensor of the caller, which stays', () => {
    const constant = tf.linspace(1, 3, N);
    const odd = tf.customGrad((x) => ({ value: tf.sin(x as tf.Tensor), gradFunc: () => constant }));
    const f = (x: tf.Tensor) => tf.exp(odd(tf.sin(x)));
    expect(gradientOf(f, true).gradient).toEqual(gradientOf(f, false).gradient);
    expect(constant.dataSync()[0]).toBe(1);
    constant.dispose();
  });

  it('of a gradient', () => {
    const second = (free: boolean) => {
      const inner = tf.grad((x) => {
        const value = tf.sum(tf.square(tf.relu(tf.sin(x))));
        if (free) freeInBackward();
        return value;
      });
      const result = tf.tidy(() =>
        tf
          .grad((x) => tf.sum(inner(x)))(variable)
          .dataSync()
          .slice(),
      );
      return result;
    };
    expect(second(true)).toEqual(second(false));
  });
});

it('an operator without a gradient is named as ever', () => {
  const through = (free: boolean) =>
    tf.grad((x) => {
      const { values } = tf.topk(x, 3);
      if (free) freeInBackward();
      return values;
    });
  for (const free of [false, true]) {
    expect(() => through(free)(variable)).toThrow(/gradient function not found for TopK/);
  }
});

it.each([
  ['', (y: tf.Tensor) => y],
  [', also with an operator that has no gradient', (y: tf.Tensor) => (tf.topk(y, 3), y)],
])('a long chain holds half of the memory%s', (_, beside) => {
  const chain = (x: tf.Tensor) => {
    let y = x;
    for (let i = 0; i < 20; i++) y = tf.sin(y);
    return beside(y);
  };
  const plain = gradientOf(chain, false).peak;
  const freed = gradientOf(chain, true).peak;
  expect(plain / (4 * N)).toBeGreaterThan(40);
  expect(freed / (4 * N)).toBeLessThan(28);
});
