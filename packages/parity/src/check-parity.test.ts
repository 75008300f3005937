import { readFileSync } from 'node:fs';
import { readNpz, writeNpz, type NdArray } from '@prismamba/formats';
import { getModel, type ModelDefinition } from '@prismamba/models';
import { eachBackend, goldenPath } from '@prismamba/testing';
import { describe, expect, it } from 'vitest';
import { checkParity, type ParityFileName, type ParityFiles } from './check-parity.js';
import { formatParityReport } from './format-report.js';
import { maxAbs, measure, relativeError, worst } from './measure.js';

const [gmsrNet, edsr, meanSpectrum, m3sr] = ['gmsr-net', 'edsr', 'mean-spectrum', 'm3sr'].map(getModel) as [
  ModelDefinition,
  ModelDefinition,
  ModelDefinition,
  ModelDefinition,
];
const read = (name: ParityFileName) => readFileSync(goldenPath(`gmsr-net/${name}`));
/** An archive with some arrays changed. */
function changed(name: ParityFileName, change: (arrays: Map<string, NdArray>) => void): Uint8Array {
  const arrays = readNpz(read(name));
  change(arrays);
  return writeNpz(arrays);
}
const scaled = (array: NdArray, factor: number): NdArray => ({
  ...array,
  data: (array.data as Float32Array).map((v) => v * factor),
});

describe('measures', () => {
  it('are max|a-b| over the larger of max|b| and the floor, Infinity for NaN and other lengths', () => {
    expect(relativeError([1, 2.5], [1, 2])).toBe(0.25);
    expect(relativeError([1e-9], [0], 1e-3)).toBeCloseTo(1e-6, 12);
    expect(relativeError([NaN], [1])).toBe(Infinity);
    expect(relativeError([1], [1, 2])).toBe(Infinity);
    expect(maxAbs([-3, 2])).toBe(3);
    expect(measure('x', NaN, 1).passed).toBe(false);
    const [a, b] = [measure('a', 1e-6, 1e-5), measure('b', 5e-4, 1e-3)];
    expect(worst([a, b])).toBe(b);
  });
});

eachBackend(
  'checkParity',
  () => {
    const base: ParityFiles = { 'io.npz': read('io.npz'), 'weights.pth': read('weights.pth') };

    it('passes on what is there, and says what is not', async () => {
      const report = await checkParity(gmsrNet, base);
      expect(report.passed).toBe(true);
      expect(report.notCompared).toEqual(['grads.npz', 'intermediate.npz']);
      expect(formatParityReport(report)).toMatch(
        /^gmsr-net: passed; 44,980 parameters; weights: weights.pth\n {2}ok {3}forward/,
      );
    });

    it('fails on an output that is off by 3e-5', async () => {
      const io = changed('io.npz', (arrays) =>
        arrays.set('y1_ref64', scaled(arrays.get('y1_ref64')!, 1 + 3e-5)),
      );
      const report = await checkParity(gmsrNet, { ...base, 'io.npz': io });
      expect(report.passed).toBe(false);
      expect(report.forward.map((m) => m.passed)).toEqual([false, true]);
      expect(formatParityReport(report)).toMatch(/FAILED[\s\S]*FAIL forward .* y1 \[1, 3, 24, 20\]/);
    });

    it('fails on one gradient with the wrong sign, on a wrong inner value, and names them', async () => {
      const grads = changed('grads.npz', (arrays) => {
        const name = 'grad/VSS2.self_attention.Ds';
        arrays.set(name, scaled(arrays.get(name)!, -1));
      });
      const intermediate = changed('intermediate.npz', (arrays) => {
        arrays.set('VSS3', scaled(arrays.get('VSS3')!, 1.001));
        arrays.set('no.such.module', arrays.get('VSS3')!);
      });
      const report = await checkParity(gmsrNet, {
        ...base,
        'grads.npz': grads,
        'intermediate.npz': intermediate,
      });
      expect(report.passed).toBe(false);
      const failed = [...report.taps, ...report.gradients!.parameterGradients].filter((m) => !m.passed);
      expect(failed.map((m) => m.name)).toEqual(['VSS3', 'VSS2.self_attention.Ds']);
      expect(report.missingTaps).toEqual(['no.such.module']);
      expect(report.gradients!.withoutGradient).toHaveLength(6);
      expect(report.worstParameterGradient!.name).toBe('VSS2.self_attention.Ds');
    });

    it('refuses a folder without io.npz or weights, and models without golden data', async () => {
      await expect(checkParity(gmsrNet, {})).rejects.toThrow("the folder has no 'io.npz'");
      await expect(checkParity(edsr, { 'io.npz': base['io.npz']! })).rejects.toThrow(
        'neither weights.pth nor weights_check.json',
      );
      await expect(checkParity(meanSpectrum, base)).rejects.toThrow('solved in closed form');
      await expect(checkParity(m3sr, base)).rejects.toThrow(
        /weights.pth: none of its 61 entries belongs to model 'm3sr'/,
      );
      const truncated = { ...base, 'io.npz': read('io.npz').subarray(0, 1000) };
      await expect(checkParity(gmsrNet, truncated)).rejects.toThrow(/^io.npz/);
    });
  },
  { backends: ['wasm'] },
);
