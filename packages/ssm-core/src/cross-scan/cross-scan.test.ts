import { eachBackend, expectClose, nchwToNhwc, permute, readGolden, testNumbers } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { describe, expect, it } from 'vitest';
import { crossMerge, crossScan } from './cross-scan.js';
import { crossMergeReference, crossScanReference } from './cross-scan.reference.js';
import { SCAN_DIRECTIONS, type ScanMode } from './scan-directions.js';

const golden = readGolden('ops/cross_scan_merge.npz');
const array = (name: string) => golden.get(name)!.data as Float32Array;
const [B, H, W, C] = golden.get('scan_last_x')!.shape as [number, number, number, number];
const L = H * W;
const size = { batch: B, height: H, width: W, channels: C, directions: [0, 1, 2, 3] };
/** Golden (B, L, 4, C) as ours [B, 4, L, C]. */
const tokensLast = (name: string) => permute(array(name), [B, L, 4, C], [0, 2, 1, 3]);
/** Golden (B, 4, C, L) as ours [B, 4, L, C]. */
const tokensFirst = (name: string) => permute(array(name), [B, 4, C, L], [0, 1, 3, 2]);
/** Golden (B, C, L) as ours [B, L, C]. */
const mapFirst = (name: string) => permute(array(name), [B, C, L], [0, 2, 1]);

describe('cross scan reference', () => {
  it('equals the golden scans and merges', () => {
    expectClose(crossScanReference(Float64Array.from(array('scan_last_x')), size), tokensLast('scan_last_y'));
    expectClose(
      crossScanReference(Float64Array.from(nchwToNhwc(array('scan_first_x'), [B, C, H, W])), size),
      tokensFirst('scan_first_y'),
    );
    const merged = crossMergeReference(Float64Array.from(tokensLast('merge_last_x')), size);
    expectClose(merged, array('merge_last_y'), { atol: 1e-6 });
  });
});

eachBackend('crossScan and crossMerge', (backend) => {
  if (backend === 'wasm' || backend === 'webgpu') {
    it('run a kernel each', async () => {
      const x = tf.ones<tf.Rank.R4>([1, 2, 3, 2]);
      const run = () => tf.dispose(tf.tidy(() => crossMerge(crossScan(x), 2, 3)));
      expect((await tf.profile(run)).kernelNames).toEqual(['CrossScan', 'CrossMerge']);
      x.dispose();
    });
  }

  it('equal the goldens, channel-last and channel-first, with gradients', async () => {
    const x = tf.tensor4d(array('scan_last_x'), [B, H, W, C]);
    const dy = tf.tensor4d(tokensLast('scan_last_d_y'), [B, 4, L, C]);
    const y = crossScan(x);
    const dx = tf.grad((t) => crossScan(t as tf.Tensor4D))(x, dy);
    expectClose(await y.data(), tokensLast('scan_last_y'));
    expectClose(await dx.data(), array('scan_last_grad_x'), { rtol: 1e-6, atol: 1e-6 });
    const first = tf.tensor4d(tokensFirst('merge_first_x'), [B, 4, L, C]);
    const dm = tf.tensor4d(mapFirst('merge_first_d_y'), [B, H, W, C]);
    const merged = crossMerge(first, H, W);
    const dfirst = tf.grad((t) => crossMerge(t as tf.Tensor4D, H, W))(first, dm);
    expectClose(await merged.data(), mapFirst('merge_first_y'), { rtol: 1e-6, atol: 1e-6 });
    expectClose(await dfirst.data(), tokensFirst('merge_first_grad_x'));
    tf.dispose([x, dy, y, dx, first, dm, merged, dfirst]);
  });

  it.each(Object.keys(SCAN_DIRECTIONS) as ScanMode[])(
    '%s: equals the reference, merge is its transpose',
    async (mode) => {
      const directions = SCAN_DIRECTIONS[mode];
      for (const [h, w] of [
        [1, 1],
        [1, 6],
        [6, 1],
        [3, 4],
      ] as const) {
        const at = { batch: 2, height: h, width: w, channels: 2, directions };
        const values = testNumbers(2 * h * w * 2, 3);
        const x = tf.tensor4d(values, [2, h, w, 2]);
        const y = crossScan(x, mode);
        expectClose(await y.data(), crossScanReference(Float64Array.from(values), at));
        const back = crossMerge(y, h, w, mode);
        expectClose(
          await back.data(),
          values.map((v) => v * directions.length),
          { rtol: 1e-6 },
        );
        tf.dispose([x, y, back]);
      }
    },
  );

  it('refuses a wrong shape and an unknown mode by name', () => {
    tf.tidy(() => {
      expect(() => crossMerge(tf.zeros([1, 4, 6, 2]), 2, 2)).toThrow(
        'crossMerge: y: got shape [1, 4, 6, 2], wanted [B, 4, 4, C]',
      );
      expect(() => crossScan(tf.zeros([1, 2, 2, 2]), 'zigzag' as ScanMode)).toThrow(
        "crossScan: mode: got 'zigzag', wanted one of cross, bidirectional, unidirectional",
      );
    });
  });
});
