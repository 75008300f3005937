import { selectiveScan, ss2dScan, ss2dSsdScan, ssdScan } from '@prismamba/ssm-core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // the gradients of TensorFlow.js's own operators
import { scanProblem, units } from '../scan-problem.js';
import type { ScanOperator } from './scan-names.js';

/** A scan with its inputs, on the backend that was current when it was made. */
export interface ScanCall {
  readonly inputs: readonly tf.Tensor[];
  readonly call: (...inputs: tf.Tensor[]) => tf.Tensor;
  readonly units: number;
}

/** Deterministic numbers for operators whose values do not matter here. */
const filled = (shape: number[], scale: number, offset = 0): tf.Tensor => {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < data.length; i++) data[i] = offset + scale * (((i * 7919) % 1000) / 500 - 1);
  return tf.tensor(data, shape);
};

const [D, N] = [62, 16];

const calls: Readonly<Record<ScanOperator, (length: number) => ScanCall>> = {
  selectiveScan(length) {
    const p = scanProblem(length, D, N);
    const inputs = [
      tf.tensor3d(p.u, [1, D, length]),
      tf.tensor3d(p.delta, [1, D, length]),
      tf.tensor2d(p.A, [D, N]),
      tf.tensor4d(p.B, [1, 1, N, length]),
      tf.tensor4d(p.C, [1, 1, N, length]),
      tf.tensor1d(p.D),
      tf.tensor1d(p.deltaBias),
    ];
    const call = (...t: tf.Tensor[]) => {
      const [u, delta, A, B, C, skip, deltaBias] = t as never[];
      const result = selectiveScan({
        u: u!,
        delta: delta!,
        A: A!,
        B: B!,
        C: C!,
        D: skip!,
        deltaBias: deltaBias!,
        deltaSoftplus: true,
      });
      result.lastState.dispose();
      return result.y;
    };
    return { inputs, call, units: units(p) };
  },

  ss2dScan(length) {
    const side = Math.round(Math.sqrt(length));
    const inputs = [
      filled([1, side, side, D], 1),
      filled([4, 2 + 2 * N, D], 0.2),
      filled([4, D, 2], 0.5),
      filled([4, D], 1, -3),
      filled([4 * D, N], 1.3, 1.3),
      filled([4 * D], 1),
    ];
    const call = (...t: tf.Tensor[]) => {
      const [x, xProjWeight, dtProjsWeight, dtProjsBias, ALogs, Ds] = t as never[];
      return ss2dScan({
        x: x!,
        xProjWeight: xProjWeight!,
        dtProjsWeight: dtProjsWeight!,
        dtProjsBias: dtProjsBias!,
        ALogs: ALogs!,
        Ds: Ds!,
      });
    };
    return { inputs, call, units: 4 * side * side * D };
  },

  ssdScan(length) {
    const [heads, P, states] = [8, 31, 8];
    const inputs = [
      filled([1, length, heads, P], 1),
      filled([1, length, heads], 1, -2),
      filled([heads], 0.5, -1),
      filled([1, length, 4, states], 1),
      filled([1, length, 4, states], 1),
    ];
    const call = (...t: tf.Tensor[]) => {
      const [x, dt, A, B, C] = t as never[];
      const result = ssdScan({ x: x!, dt: dt!, A: A!, B: B!, C: C!, dtSoftplus: true });
      result.finalStates.dispose();
      return result.y;
    };
    return { inputs, call, units: (length * heads * P * states) / 16 };
  },

  ss2dSsdScan(length) {
    const side = Math.round(Math.sqrt(length));
    const [heads, P] = [2, D / 2];
    const inputs = [
      filled([1, side, side, D], 1),
      filled([4, heads + 2 * N, D], 0.2),
      filled([4, heads], 1, -3),
      filled([4, heads], 1.3, 1.3),
      filled([4, heads, P], 1),
    ];
    const call = (...t: tf.Tensor[]) => {
      const [x, xProjWeight, dtProjsBias, ALogs, Ds] = t as never[];
      return ss2dSsdScan({
        x: x!,
        xProjWeight: xProjWeight!,
        dtProjsBias: dtProjsBias!,
        ALogs: ALogs!,
        Ds: Ds!,
      });
    };
    return { inputs, call, units: 4 * side * side * D };
  },
};

/** With the sizes of GMSR-Net's last stage, on the current backend. */
export const scanCall = (operator: ScanOperator, length: number): ScanCall => calls[operator](length);

/** What a call gives: y, or the gradients of all inputs. */
export const resultsOf = ({ call, inputs }: ScanCall, direction: 'forward' | 'gradient'): tf.Tensor[] =>
  direction === 'forward' ? [tf.tidy(() => call(...inputs))] : tf.grads(call)([...inputs]);

/** One call (and, for `gradient`, the backward pass), its first result read. */
export const runOf = (call: ScanCall, direction: 'forward' | 'gradient') => async (): Promise<void> => {
  const results = resultsOf(call, direction);
  await results[0]!.data();
  tf.dispose(results);
};
