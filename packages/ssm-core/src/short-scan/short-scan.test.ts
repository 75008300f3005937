import { expectClose, operatorSuite, testNumbers } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { describe, expect, it } from 'vitest';
import { selectiveScanReference } from '../selective-scan/selective-scan.reference.js';
import { shortScanOperator } from './short-scan.operator.js';
import { shortScanReference, shortScanReferenceGradient } from './short-scan.reference.js';
import { shortScan, type ShortScanArgs } from './short-scan.js';

type Name = 'u' | 'step' | 'both' | 'projected' | 'A' | 'bias' | 'skip';
const inputs = (tokens: number, D: number, R: number, N: number) => ({
  u: { shape: [tokens, D] },
  step: { shape: [tokens, D], scale: 2, offset: -1 },
  both: { shape: [tokens, 2 * D], scale: 2 },
  projected: { shape: [tokens, R + 2 * N] },
  A: { shape: [D, N], scale: 0.9, offset: -1 },
  bias: { shape: [D], offset: -1 },
  skip: { shape: [D], scale: 0.3, offset: 1 },
});

function suite(
  length: number,
  label: string,
  kernels: Parameters<typeof operatorSuite>[0]['kernels'],
  cases: Record<string, ReturnType<typeof inputs>>,
): void {
  const typed = (tensors: Readonly<Record<Name, tf.Tensor>>) =>
    ({ ...tensors, length }) as Record<Name, tf.Tensor> & { length: number } as ShortScanArgs;
  operatorSuite<Name>({
    name: `shortScan, ${label}`,
    cases,
    reference: (values) => [shortScanReference(values, { length })],
    gradient: (values, _, [dy]) => ({ ...shortScanReferenceGradient(values, { length }, dy!) }),
    operator: (tensors) => [shortScan(typed(tensors))],
    composed: (tensors) => [shortScanOperator.composed(typed(tensors), { length }).y],
    kernels,
    forwardLimit: 3e-6,
    gradientLimit: 2e-5,
  });
}

const kernels = { wasm: shortScanOperator.name, webgpu: shortScanOperator.name };
suite(4, 'M3SR, four tokens a sequence', kernels, {
  'two sequences': inputs(8, 5, 1, 4),
  'width 62': inputs(76, 62, 2, 16),
});
suite(1, 'one token', kernels, { one: inputs(1, 4, 1, 4) });
suite(2, 'two tokens', kernels, { five: inputs(10, 7, 1, 8) });
suite(16, 'sixteen tokens', kernels, { three: inputs(48, 13, 3, 4) });
suite(67, 'more tokens than a group', kernels, { two: inputs(134, 6, 1, 4) });
suite(3, 'sizes that no kernel takes: composed', {}, { four: inputs(12, 3, 1, 5) });

describe('shortScan', () => {
  it('the definition is that of selectiveScan, sequence by sequence', () => {
    const [sequences, length, D, R, N] = [3, 5, 4, 2, 3];
    const tokens = sequences * length;
    const of = (count: number, seed: number, scale = 1, offset = 0) =>
      Float64Array.from(testNumbers(count, seed, scale, offset));
    const values = {
      u: of(tokens * D, 1),
      step: of(tokens * D, 2),
      both: of(tokens * 2 * D, 3),
      projected: of(tokens * (R + 2 * N), 4),
      A: of(D * N, 5, 0.9, -1),
      bias: of(D, 6),
      skip: of(D, 7),
    };
    /** Columns [from, from + count) of rows of `width`, as [sequences][count][length]. */
    const channelMajor = (x: Float64Array, width: number, from: number, count: number) =>
      Float64Array.from({ length: tokens * count }, (_, i) => {
        const t = i % length;
        const c = Math.floor(i / length) % count;
        const s = Math.floor(i / (length * count));
        return x[(s * length + t) * width + from + c]!;
      });
    const { y } = selectiveScanReference(
      {
        u: channelMajor(values.u, D, 0, D),
        delta: channelMajor(values.step, D, 0, D),
        A: values.A,
        B: channelMajor(values.projected, R + 2 * N, R, N),
        C: channelMajor(values.projected, R + 2 * N, R + N, N),
        D: values.skip,
        z: channelMajor(values.both, 2 * D, D, D),
        deltaBias: values.bias,
        deltaSoftplus: true,
      },
      { batch: sequences, channels: D, length, states: N, groups: 1 },
    );
    const got = shortScanReference(values, { length });
    expectClose(channelMajor(got, D, 0, D), y, { rtol: 1e-13, atol: 1e-15 });
  });

  it('names the argument that is wrong', () => {
    tf.tidy(() => {
      const args: ShortScanArgs = {
        u: tf.zeros([12, 4]),
        step: tf.zeros([12, 4]),
        both: tf.zeros([12, 8]),
        projected: tf.zeros([12, 9]),
        A: tf.zeros([4, 4]),
        bias: tf.zeros([4]),
        skip: tf.zeros([4]),
        length: 4,
      };
      expect(() => shortScan({ ...args, length: 5 })).toThrow('shortScan: length: got 5 for 12 tokens');
      expect(() => shortScan({ ...args, bias: tf.zeros([5]) })).toThrow('shortScan: bias: got shape [5]');
      expect(() => shortScan({ ...args, projected: tf.zeros([12, 7]) })).toThrow(
        'shortScan: projected: got 7 columns, wanted at least 8',
      );
    });
  });
});
