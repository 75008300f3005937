import { withLowerLimits } from '@prismamba/backend/internal';
import { eachBackend, expectRelativeError, testNumbers } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { expect, it } from 'vitest';
import { selectiveScan } from '../selective-scan/selective-scan.js';
import { ss2dScan } from '../ss2d-scan/ss2d-scan.js';
import { ssdScan } from '../ssd-scan/ssd-scan.js';

/** Each case does not fit into one binding, one dimension of workgroups, or a workgroup of the usual size. */
const low = {
  maxComputeWorkgroupsPerDimension: 5,
  maxComputeWorkgroupStorageSize: 2048,
  maxComputeInvocationsPerWorkgroup: 16,
};

type Shapes = Readonly<Record<string, readonly number[]>>;
interface Case {
  readonly name: string;
  readonly shapes: Shapes;
  /** Bytes of a binding. */
  readonly binding: number;
  readonly run: (inputs: never) => readonly tf.Tensor[];
}

const cases: readonly Case[] = [
  {
    name: 'ss2dScan',
    shapes: {
      x: [2, 9, 9, 3],
      xProjWeight: [4, 33, 3],
      dtProjsWeight: [4, 3, 1],
      dtProjsBias: [4, 3],
      ALogs: [12, 16],
      Ds: [12],
    },
    binding: 8100, // the states of two directions take 8064
    run: (inputs) => [ss2dScan(inputs)],
  },
  {
    name: 'selectiveScan',
    shapes: {
      u: [2, 4, 40],
      delta: [2, 4, 40],
      A: [4, 4],
      B: [2, 2, 4, 40],
      C: [2, 2, 4, 40],
      D: [4],
      deltaBias: [4],
      initialState: [2, 4, 4],
    },
    binding: 4000, // two of the four sequences
    run: (inputs) => {
      const { y, lastState } = selectiveScan({ ...(inputs as object), deltaSoftplus: true } as never);
      return [y, lastState];
    },
  },
  {
    name: 'ssdScan',
    shapes: {
      x: [2, 40, 2, 3],
      dt: [2, 40, 2],
      A: [2],
      B: [2, 40, 1, 4],
      C: [2, 40, 1, 4],
      D: [2, 3],
      dtBias: [2],
      initialStates: [2, 2, 3, 4],
    },
    binding: 3000, // one of the two samples
    run: (inputs) => {
      const { y, finalStates } = ssdScan({ ...(inputs as object), dtSoftplus: true } as never);
      return [y, finalStates];
    },
  },
];

const makeInputs = ({ shapes }: Case) =>
  Object.entries(shapes).map(([name, shape], i) =>
    tf.tensor(
      testNumbers(
        shape.reduce((a, b) => a * b, 1),
        i + 1,
        0.5,
        /^(A|deltaBias|dtBias|dtProjsBias)$/.test(name) ? -1 : 0,
      ),
      [...shape],
    ),
  );

/** Outputs and the gradient of every input. */
async function results({ shapes, run }: Case, inputs: readonly tf.Tensor[]): Promise<ArrayLike<number>[]> {
  const outputs = (tensors: readonly tf.Tensor[]) =>
    run(Object.fromEntries(Object.keys(shapes).map((name, i) => [name, tensors[i]!])) as never);
  const tensors = tf.tidy(() => [
    ...outputs(inputs),
    ...tf.grads((...t) => tf.addN(outputs(t).map((y) => tf.sum(tf.mul(y, tf.add(y, 1))))))([...inputs]),
  ]);
  const values: ArrayLike<number>[] = [];
  for (const tensor of tensors) values.push(await tensor.data());
  tf.dispose(tensors);
  return values;
}

eachBackend('limits of the device', () => {
  it.each(cases)('$name is cut to fit them, with the same values and gradients', async (one) => {
    const inputs = makeInputs(one);
    const whole = await results(one, inputs);
    const cut = await withLowerLimits({ ...low, maxStorageBufferBindingSize: one.binding }, () =>
      results(one, inputs),
    );
    for (const [i, values] of cut.entries()) {
      expect(Math.max(...Array.from(whole[i]!, Math.abs))).toBeGreaterThan(1e-3);
      expectRelativeError(values, whole[i]!, 3e-6, `result ${i}`);
    }
    tf.dispose(inputs);
  });

  it('what cannot be cut is an error that names the buffer and both sizes', async () => {
    const inputs = makeInputs(cases[0]!);
    await withLowerLimits({ maxStorageBufferBindingSize: 1000 }, () => {
      expect(() => tf.tidy(() => [...cases[0]!.run(namedInputs(inputs) as never)])).toThrow(
        "ss2dScan.summaries on webgpu: bytes of 'x': got 1944, this device takes 1000",
      );
    });
    tf.dispose(inputs);
  });
});

function namedInputs(inputs: readonly tf.Tensor[]) {
  return Object.fromEntries(Object.keys(cases[0]!.shapes).map((name, i) => [name, inputs[i]!]));
}
