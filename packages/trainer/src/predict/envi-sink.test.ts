import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBackend } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { predictImage, predictInto, type Predictor } from '../index.js';
import { EnviFileSink } from './envi-sink.js';

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
  it.each(['bsq', 'bil', 'bip'] as const)(
    '%s holds the predicted values in its order',
    async (interleave) => {
      const wavelengths = [450, 550, 650, 700];
      const sink = new EnviFileSink(join(folder, 'scene.img'), {
        interleave,
        wavelengths,
        description: 'a test',
      });
      await predictInto(fourBands, image, sink, { protocol });
      expect(readdirSync(folder).sort()).toEqual(['scene.hdr', 'scene.img']);
      const header = readFileSync(join(folder, 'scene.hdr'), 'utf8');
      for (const line of [
        'samples = 7',
        'lines = 9',
        'bands = 4',
        `interleave = ${interleave}`,
        'description = {a test}',
      ])
        expect(header.split('\n')).toContain(line);
      expect(header).toContain('450, 550, 650, 700');
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
    },
  );

  it('takes more rows at once than it reorders at a time', async () => {
    const [height, width, bands] = [40, 3, 2];
    const sink = new EnviFileSink(join(folder, 'tall.img'));
    sink.begin({ height, width, bands });
    const data = Float32Array.from({ length: height * width * bands }, (_, i) => i);
    // The last rows first, as tiles may come.
    sink.writeRows(35, 5, data.subarray(35 * width * bands));
    sink.writeRows(0, 35, data.subarray(0, 35 * width * bands));
    sink.end();
    const bytes = readFileSync(join(folder, 'tall.img'));
    const stored = Array.from(data, (_, at) => {
      const [b, pixel] = [at % bands, Math.floor(at / bands)];
      return bytes.readFloatLE(4 * (b * height * width + pixel));
    });
    expect(stored).toEqual([...data]);
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

  it('wrong wavelengths and a missing folder are clear errors', async () => {
    const wrong = new EnviFileSink(join(folder, 'a.img'), { wavelengths: [400] });
    await expect(predictInto(fourBands, image, wrong)).rejects.toThrow(
      /wavelengths has 1 entries, wanted one for each of the 4 bands/,
    );
    const missing = new EnviFileSink(join(folder, 'no', 'a.img'));
    await expect(predictInto(fourBands, image, missing)).rejects.toThrow(/cannot write .*Create .*no first/);
    expect(readdirSync(folder)).toEqual([]);
  });
});
