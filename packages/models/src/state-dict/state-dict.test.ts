import { writeSafetensors, type NdArray } from '@prismamba/formats';
import { goldenPath, eachBackend, testNumbers } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { initialiseModel } from '../initializers/initialise-model.js';
import { convolution } from '../layers/convolution.js';
import type { ModelDefinition } from '../model-definition.js';
import { convEntries, tensorEntry } from './entries.js';
import { exportStateDict } from './export-state-dict.js';
import { toOfficialLayout, toOurLayout } from './layout.js';
import { loadStateDict } from './load-state-dict.js';
import { countParameters, sizeOf, type StateEntry, type StateLayout } from './state-entry.js';
import { loadWeights, readWeightsFile, saveWeights } from './weights-file.js';

/** A conv with bias, the same conv under a second name, and a counter that we do not keep. */
const entries: StateEntry[] = [
  ...convEntries({ path: 'a.0', in: 3, out: 5, kernel: 3, bias: true }),
  tensorEntry('a.Module.0.weight', [5, 3, 3, 3], 'a.0/kernel', { layout: 'conv2d', kind: 'alias' }),
  { official: 'a.count', shape: [], layout: 'same', kind: 'buffer', ours: undefined },
  ...convEntries({ path: 'b', in: 5, out: 31, kernel: 1 }),
];

const toy: ModelDefinition = {
  key: 'toy',
  title: 'Toy',
  paper: { title: '', authors: '', venue: '' },
  config: z.strictObject({}),
  fit: 'gradient',
  parameters: 296,
  small: {},
  stateDict: () => entries,
  build(_config, { seed }) {
    const x = tfl.input({ shape: [null, null, 3] });
    const a = convolution({ name: 'a.0', filters: 5, kernelSize: 3, useBias: true }).apply(x);
    const b = convolution({ name: 'b', filters: 31, kernelSize: 1 }).apply(a);
    const model = tfl.model({ inputs: x, outputs: b as tfl.SymbolicTensor, name: 'toy' });
    initialiseModel(model, entries, seed);
    return model;
  },
};

const array = (shape: number[], seed: number): NdArray => ({
  dtype: 'float32',
  shape,
  data: testNumbers(sizeOf(shape), seed),
});
const official = (): Map<string, NdArray> =>
  new Map([
    ['a.0.weight', array([5, 3, 3, 3], 1)],
    ['a.0.bias', array([5], 2)],
    ['a.Module.0.weight', array([5, 3, 3, 3], 1)],
    ['a.count', { dtype: 'int64', shape: [], data: new BigInt64Array([7n]) }],
    ['b.weight', array([31, 5, 1, 1], 3)],
  ]);

describe('layouts', () => {
  const cases: [StateLayout, number[]][] = [
    ['same', [2, 3]],
    ['conv2d', [4, 3, 2, 5]],
    ['depthwise', [4, 1, 3, 2]],
    ['transposed', [3, 4, 2, 5]],
    ['linear', [4, 3]],
    ['pointwise', [4, 3, 1, 1]],
  ];
  it.each(cases)('%s there and back', (layout, shape) => {
    const entry: StateEntry = { official: 'x', shape, layout, kind: 'parameter', ours: 'x' };
    const data = testNumbers(sizeOf(shape), 5);
    expect(toOfficialLayout(toOurLayout(data, entry), entry)).toEqual(data);
  });
  it('conv2d puts [out, in, kh, kw] at [kh, kw, in, out]', () => {
    const shape = [4, 3, 2, 5];
    const entry: StateEntry = { official: 'x', shape, layout: 'conv2d', kind: 'parameter', ours: 'x' };
    const data = testNumbers(sizeOf(shape), 5);
    const [o, i, y, x] = [2, 1, 1, 3];
    expect(toOurLayout(data, entry)[((y * 5 + x) * 3 + i) * 4 + o]).toBe(data[((o * 3 + i) * 2 + y) * 5 + x]);
  });
});

eachBackend(
  'state dictionary',
  () => {
    let model: tfl.LayersModel;
    const fresh = () => (model = toy.build({}, { seed: 1 }));
    afterEach(() => {
      model.dispose();
    });

    it('loads official names and says what each entry is', async () => {
      const report = loadStateDict(fresh(), entries, official());
      expect(report).toEqual({
        names: 'official',
        loaded: ['a.0.weight', 'a.0.bias', 'b.weight'],
        dead: [],
        aliases: ['a.Module.0.weight'],
        notKept: ['a.count'],
        nonFinite: [],
        unknown: [],
        missing: [],
      });
      const out = await exportStateDict(model, entries);
      expect([...out.keys()]).toEqual(entries.map((e) => e.official));
      for (const [name, tensor] of official()) {
        if (tensor.dtype === 'float32') expect(out.get(name), name).toEqual(tensor);
      }
      expect(countParameters(entries)).toBe(5 * 27 + 5 + 155);
    });

    it('takes the alias where the tensor itself is absent', () => {
      const tensors = official();
      tensors.delete('a.0.weight');
      expect(loadStateDict(fresh(), entries, tensors).missing).toEqual([]);
    });

    it('refuses aliases that differ, and writes nothing', async () => {
      const tensors = official();
      tensors.set('a.Module.0.weight', array([5, 3, 3, 3], 9));
      const before = await exportStateDict(fresh(), entries);
      expect(() => loadStateDict(model, entries, tensors)).toThrow(
        "'a.0.weight' and 'a.Module.0.weight' are two names of one tensor, but their values differ",
      );
      expect(await exportStateDict(model, entries)).toEqual(before);
    });

    it('names the entry of a wrong shape', () => {
      const tensors = official();
      tensors.set('b.weight', array([31, 4, 1, 1], 3));
      expect(() => loadStateDict(fresh(), entries, tensors, { source: 'w.pth' })).toThrow(
        "w.pth: 'b.weight' has shape [31, 4, 1, 1], the network wants [31, 5, 1, 1]",
      );
    });

    it('lists missing and unknown entries; strict: false loads the rest', () => {
      const tensors = official();
      tensors.set('b.weights', tensors.get('b.weight')!);
      tensors.delete('b.weight');
      expect(() => loadStateDict(fresh(), entries, tensors)).toThrow(
        /1 missing: b.weight; 1 unknown: b.weights; nearest name to 'b.weights' is 'b.weight'/,
      );
      const report = loadStateDict(model, entries, tensors, { strict: false });
      expect(report.missing).toEqual(['b.weight']);
      expect(report.unknown).toEqual(['b.weights']);
    });

    it('refuses another model, and lists values that are not finite', () => {
      const foreign = new Map([['stages.0.conv.weight', array([2], 1)]]);
      expect(() => loadStateDict(fresh(), entries, foreign)).toThrow(
        "none of its 1 entries belongs to model 'toy'",
      );
      const tensors = official();
      (tensors.get('a.0.bias')!.data as Float32Array)[2] = NaN;
      expect(loadStateDict(model, entries, tensors).nonFinite).toEqual(['a.0.bias']);
    });

    it.each(['official', 'ours'] as const)('writes no NaN under %s names: entry and count', async (names) => {
      const tensors = official();
      (tensors.get('a.0.bias')!.data as Float32Array)[2] = -Infinity;
      loadStateDict(fresh(), entries, tensors);
      await expect(saveWeights(model, toy, {}, names)).rejects.toThrow(
        /exportStateDict: model 'toy': values that are not finite in '.*bias' \(1 of \d+\); such weights/,
      );
    });

    it.each(['official', 'ours'] as const)('safetensors under %s names, there and back', async (names) => {
      loadStateDict(fresh(), entries, official());
      const before = await exportStateDict(model, entries);
      const bytes = await saveWeights(model, toy, {}, names);
      expect(readWeightsFile(bytes).metadata).toMatchObject({
        'prismamba.model': 'toy',
        'prismamba.config': '{}',
      });
      model.dispose();
      const report = loadWeights(fresh(), toy, {}, bytes);
      expect(report.names).toBe(names);
      expect(await exportStateDict(model, entries)).toEqual(before);
    });

    it('writes no weights that are not finite', async () => {
      const tensors = official();
      (tensors.get('a.0.bias')!.data as Float32Array)[2] = Infinity;
      loadStateDict(fresh(), entries, tensors);
      await expect(saveWeights(model, toy, {})).rejects.toThrow(
        /model 'toy': values that are not finite in 'a\.0\.bias' \(1 of 5\)/,
      );
    });

    it('says whose weights a safetensors file holds', async () => {
      const other = writeSafetensors(official(), { 'prismamba.model': 'gmsr-net' });
      expect(() => loadWeights(fresh(), toy, {}, other, { source: 'f.safetensors' })).toThrow(
        "f.safetensors: holds weights of model 'gmsr-net', not of 'toy'",
      );
    });

    it('refuses truncated and foreign files by name', () => {
      const pth = readFileSync(`${goldenPath('gmsr-net')}/weights.pth`);
      fresh();
      const load = (bytes: Uint8Array) => () => loadWeights(model, toy, {}, bytes, { source: 'f' });
      expect(load(pth)).toThrow(/^f: none of its 61 entries belongs/);
      expect(load(pth.subarray(0, 5000))).toThrow(/^f/);
      expect(load(new Uint8Array(4))).toThrow(/^f: 4 bytes are too few/);
      expect(load(new Uint8Array(64).fill(7))).toThrow(
        /^f at byte 0: neither a zip \(PyTorch\) nor the JSON header of a safetensors file starts here/,
      );
      expect(load(new TextEncoder().encode('this is not a weights file'))).toThrow(/^f/);
    });

    it('initial values follow from seed and official name', async () => {
      const one = await exportStateDict(fresh(), entries);
      model.dispose();
      expect(await exportStateDict(fresh(), entries)).toEqual(one);
      model.dispose();
      model = toy.build({}, { seed: 2 });
      expect(await exportStateDict(model, entries)).not.toEqual(one);
      const weights = one.get('a.0.weight')!.data as Float32Array;
      const bound = 1 / Math.sqrt(27);
      expect(Math.max(...weights)).toBeLessThanOrEqual(bound);
      expect(Math.max(...weights)).toBeGreaterThan(0.9 * bound);
      expect(Math.min(...weights)).toBeLessThan(-0.9 * bound);
      expect(tf.memory().numTensors).toBeGreaterThan(0);
    });
  },
  { backends: ['cpu'] },
);
