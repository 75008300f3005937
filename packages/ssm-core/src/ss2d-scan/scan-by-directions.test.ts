import { eachBackend, expectRelativeError, testNumbers } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { expect, it } from 'vitest';
import { SCAN_DIRECTIONS } from '../cross-scan/scan-directions.js';
import { SS2D } from '../layers/ss2d/ss2d.layer.js';
import { scanByDirections } from './scan-by-directions.js';
import { ss2dScan } from './ss2d-scan.js';

const [B, H, W, D, R, N] = [2, 3, 5, 6, 2, 4];

/** Inputs for the directions `at` of the four; `spread` puts them among zeros, for the fused operator. */
function inputs(at: readonly number[], spread: boolean): tf.Tensor[] {
  const stacked = (shape: readonly number[], seed: number, scale: number, offset: number) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const blocks = [0, 1, 2, 3].map((k) =>
      at.includes(k) ? testNumbers(size, seed + k, scale, offset) : new Float32Array(size),
    );
    const kept = spread ? blocks : at.map((k) => blocks[k]!);
    return tf.tensor(Float32Array.from(kept.flatMap((block) => [...block])), [kept.length, ...shape]);
  };
  const rows = (tensor: tf.Tensor) => {
    const [k, d, ...rest] = tensor.shape as [number, number, ...number[]];
    const flat = tf.reshape(tensor, [k * d, ...rest]);
    tensor.dispose();
    return flat;
  };
  return [
    tf.tensor(testNumbers(B * H * W * D, 1), [B, H, W, D]),
    stacked([R + 2 * N, D], 10, 0.4, 0),
    stacked([D, R], 20, 0.7, 0),
    stacked([D], 30, 1, -2),
    rows(stacked([D, N], 40, 1.3, 1)),
    rows(stacked([D], 50, 0.5, 1)),
  ];
}

const scan =
  (run: typeof ss2dScan) =>
  (x: tf.Tensor, p: tf.Tensor, d: tf.Tensor, b: tf.Tensor, a: tf.Tensor, s: tf.Tensor) =>
    run({
      x: x as tf.Tensor4D,
      xProjWeight: p as tf.Tensor3D,
      dtProjsWeight: d as tf.Tensor3D,
      dtProjsBias: b as tf.Tensor2D,
      ALogs: a as tf.Tensor2D,
      Ds: s as tf.Tensor1D,
    });

eachBackend('scanByDirections', () => {
  it.each(Object.entries(SCAN_DIRECTIONS))(
    '%s: the fused scan of four directions whose others have no weights, and its gradient',
    async (_, at) => {
      const few = inputs(at, false);
      const four = inputs(at, true);
      const dy = tf.tensor(testNumbers(B * H * W * D, 60), [B, H, W, D]);
      const wanted = scan(ss2dScan)(...(four as Parameters<ReturnType<typeof scan>>));
      const got = scan(scanByDirections)(...(few as Parameters<ReturnType<typeof scan>>));
      expectRelativeError(await got.data(), await wanted.data(), 1e-5);
      const [wantedGradients, gradients] = [
        tf.grads(scan(ss2dScan))(four, dy),
        tf.grads(scan(scanByDirections))(few, dy),
      ];
      for (const [i, gradient] of gradients.entries()) {
        const all = wantedGradients[i]!;
        // Those of the directions that are there.
        const part = tf.tidy(() =>
          i === 0
            ? all
            : tf.reshape(
                tf.gather(tf.reshape(all, [4, all.size / 4]), tf.tensor1d([...at], 'int32')),
                gradient.shape,
              ),
        );
        expectRelativeError(await gradient.data(), await part.data(), 1e-4);
        if (part !== all) part.dispose();
      }
      tf.dispose([...few, ...four, dy, wanted, got, ...wantedGradients, ...gradients]);
    },
  );

  it('as a layer: weights for each direction, restored from its config, no tensor left behind', () => {
    const layer = new SS2D({ dState: 4, directions: 2, seed: 1 });
    const x = tf.randomNormal<tf.Rank.R4>([1, 4, 5, 6], 0, 1, 'float32', 3);
    (layer.apply(x) as tf.Tensor).dispose();
    const before = tf.memory().numTensors;
    (layer.apply(x) as tf.Tensor).dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(layer.weights[0]!.shape).toEqual([2, 1 + 2 * 4, 12]);
    expect(layer.getConfig()['directions']).toBe(2);
    expect(() => new SS2D({ directions: 3 as 2 })).toThrow('SS2D: directions: got 3, wanted one of 1, 2, 4');
    x.dispose();
    layer.dispose();
  });
});
