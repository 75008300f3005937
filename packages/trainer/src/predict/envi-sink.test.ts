import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBackend } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { predictImage, predictInto, type Predictor } from '../index.js';
import { EnviFileSink, enviInterleaves } from './envi-sink.js';

const image = { data: Float32Array.from({ length: 9 * 7 * 3 }, (_, i) => i / 200), height: 9, width: 7 };
const fourBands: Predictor = {
  predict: (x) => tf.concat([x, tf.mul(tf.slice(x, [0, 0, 0, 0], [-1, -1, -1, 1]), 2)], 3),
};
const protocol = { name: 'tiles', size: 4, overlap: 1 } as const;

let folder = '';
beforeAll(() => startBackend('cpu'));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'envi-sink-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('EnviFileSink', () => {
  it.each(enviInterleaves)('%s holds the predicted values in its order', async (interleave) => {
    const wavelengths = [450, 550, 650, 700];
    const sink = new EnviFileSink(join(folder, 'scene.img'), {
      interleave,
      wavelengths,
      description: 'a {test}\nof it',
    });
    await predictInto(fourBands, image, sink, { protocol });
    expect(readdirSync(folder).sort()).toEqual(['scene.hdr', 'scene.img']);
    expect(readFileSync(join(folder, 'scene.hdr'), 'utf8').split('\n')).toEqual([
      'ENVI',
      'description = {a test of it}',
      'samples = 7',
      'lines = 9',
      'bands = 4',
      'header offset = 0',
      'file type = ENVI Standard',
      'data type = 4',
      `interleave = ${interleave}`,
      'byte order = 0',
      'wavelength units = Nanometers',
      'wavelength = {450, 550, 650, 700}',
      '',
    ]);
    const bytes = readFileSync(join(folder, 'scene.img'));
    const { data } = await predictImage(fourBands, image, { protocol });
    expect(bytes.length).toBe(data.length * 4);
    for (let i = 0; i < 9; i++) {
      for (let j = 0; j < 7; j++) {
        for (let b = 0; b < 4; b++) {
          const index = { bsq: (b * 9 + i) * 7 + j, bil: (i * 4 + b) * 7 + j, bip: (i * 7 + j) * 4 + b }[
            interleave
          ];
          expect(bytes.readFloatLE(index * 4)).toBe(data[(i * 7 + j) * 4 + b]);
        }
      }
    }
  });

  it('a prediction that fails leaves the older files as they were, and nothing else', async () => {
    for (const name of ['scene.img', 'scene.hdr']) writeFileSync(join(folder, name), 'old');
    let calls = 0;
    const failing: Predictor = {
      predict: (x) => {
        if (++calls === 5) throw new Error('device lost');
        return fourBands.predict(x);
      },
    };
    const sink = new EnviFileSink(join(folder, 'scene.img'));
    await expect(predictInto(failing, image, sink, { protocol })).rejects.toThrow('device lost');
    expect(readdirSync(folder).sort()).toEqual(['scene.hdr', 'scene.img']);
    expect(readFileSync(join(folder, 'scene.img'), 'utf8')).toBe('old');
    expect(readFileSync(join(folder, 'scene.hdr'), 'utf8')).toBe('old');
  });

  it('bad options and a missing folder are clear errors', async () => {
    expect(() => new EnviFileSink('a.hdr')).toThrow(/'a\.hdr' is the header's/);
    expect(() => new EnviFileSink('a.img', { interleave: 'bsx' as never })).toThrow(/'bsx'.*bsq, bil, bip/);
    const wrong = new EnviFileSink(join(folder, 'a.img'), { wavelengths: [400] });
    await expect(predictInto(fourBands, image, wrong)).rejects.toThrow(/1 wavelengths for a cube of 4 bands/);
    const missing = new EnviFileSink(join(folder, 'no', 'a.img'));
    await expect(predictInto(fourBands, image, missing)).rejects.toThrow(/cannot write .*Create .*no first/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('names the header after the file', () => {
    expect(new EnviFileSink('/a.b/scene.dat').headerPath).toBe('/a.b/scene.hdr');
    expect(new EnviFileSink('/a.b/scene').headerPath).toBe('/a.b/scene.hdr');
  });
});
