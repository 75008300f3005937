import { startBackend } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { predictInto, type CubeSink, type PredictionProtocol, type Predictor } from '../index.js';

const [height, width, bands] = [3000, 4000, 31];

/** RGB to 31 bands, band b = (b + 1) / 31 times the red channel: the network's own memory is small. */
const toy: Predictor = {
  predict: (x) =>
    tf.tidy(() => {
      const ramp = tf.tensor1d(Array.from({ length: bands }, (_, b) => (b + 1) / bands));
      return tf.mul(tf.slice(x, [0, 0, 0, 0], [-1, -1, -1, 1]), ramp);
    }),
};

const image = { data: new Float32Array(height * width * 3), height, width };
let before = 0;
beforeAll(async () => {
  await startBackend('wasm');
  const { data } = image;
  for (let i = 0; i < data.length; i++) data[i] = (i % 997) / 997;
  // One baseline for all cases: memory that a case leaves behind counts against the next.
  before = process.memoryUsage().rss;
});

describe('a 4,000 x 3,000 photo, whose cube is 1.5 GB', () => {
  it.each<PredictionProtocol>([{ name: 'tiles', size: 512, overlap: 64 }, { name: 'gmsr-official' }])(
    'needs at most 1.5 GB beside the sink: %j',
    async (protocol) => {
      const { data } = image;
      let peak = 0;
      const look = () => {
        peak = Math.max(peak, process.memoryUsage().rss - before);
      };
      let rowsSeen = 0;
      let worst = 0;
      const sink: CubeSink = {
        begin: (shape) => expect(shape).toEqual({ height, width, bands }),
        writeRows: (row, rows, values) => {
          look();
          expect(row).toBe(rowsSeen);
          rowsSeen += rows;
          // The last band is the red channel: one pixel a row tells whether the row is where it belongs.
          for (let i = 0; i < rows; i++) {
            const j = (row + i) % width;
            const wanted = data[((row + i) * width + j) * 3]!;
            worst = Math.max(worst, Math.abs(values[(i * width + j) * bands + bands - 1]! - wanted));
          }
        },
        end: () => undefined,
        abort: () => undefined,
      };
      await predictInto(toy, image, sink, { protocol, onProgress: look });
      expect(rowsSeen).toBe(height);
      expect(worst).toBeLessThan(1e-6);
      expect(peak).toBeLessThan(1.5 * 2 ** 30);
      process.stdout.write(
        `${JSON.stringify(protocol)}: ${(peak / 2 ** 30).toFixed(2)} GiB beside image and sink\n`,
      );
    },
    600_000,
  );
});
