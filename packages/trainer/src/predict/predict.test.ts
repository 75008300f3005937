import { eachBackend, expectClose, expectNoLeak, nchwToNhwc, readGolden } from '@prismamba/testing';
import type { NdArray } from '@prismamba/formats';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MemorySink,
  predictImage,
  predictInto,
  PredictionError,
  selfEnsemble,
  type ArrayPredictor,
  type CubeSink,
  type PredictionProtocol,
  type Predictor,
  type RgbImage,
} from '../index.js';
import { padToMultiple } from './pad-to-multiple.js';
import { selfEnsembleSpread } from './self-ensemble.js';
import { tileAxis } from './tile-axis.js';

/** A per-pixel linear network: tiles and symmetries cannot matter to it. */
const mixing = [0.2, 0.7, 0.1, 0.5, 0.5, 0, 0.1, 0.3, 0.3, 0, 0.8, 0.2];
const perPixel: Predictor = {
  predict: (x) =>
    tf.tidy(() =>
      tf.reshape(tf.matMul(tf.reshape(x, [-1, 3]), tf.tensor2d(mixing, [3, 4])), [...x.shape.slice(0, 3), 4]),
    ),
};

/** A network whose answer depends on the position inside its input, as borders and global statistics do. */
const positional: Predictor = {
  predict: (x) =>
    tf.tidy(() => {
      const [, h, w] = x.shape;
      const rows = tf.reshape(tf.range(0, h), [1, h, 1, 1]);
      const columns = tf.reshape(tf.range(0, w), [1, 1, w, 1]);
      return tf.add(tf.add(x, tf.mul(rows, 10)), columns);
    }),
};

function testImage(height: number, width: number): RgbImage {
  const data = Float32Array.from({ length: height * width * 3 }, (_, i) => ((i * 2654435761) % 1000) / 1000);
  return { data, height, width };
}

/** No tolerance at all. */
const bitwise = { rtol: 0, atol: 0 };

function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i]! - b[i]!));
  return worst;
}

const golden = readGolden('tiled_inference.npz');
function floats(name: string): { data: Float32Array; shape: readonly number[] } {
  const array: NdArray | undefined = golden.get(name);
  if (!(array?.data instanceof Float32Array))
    throw new Error(`tiled_inference.npz: ${name} is no float32 array`);
  return { data: array.data, shape: array.shape };
}

/**
 * The toy of the golden README: out[o,i,j] = sum_c W[o,c] rgb[c,i,j] (0.5 + 0.5 (i + 2j) / (h + w)). In plain loops with
 * the rounding of a fused multiply-add in float32, as the golden's own matrix product: so the tiling must match bit by bit.
 */
const goldenToy: Predictor = {
  predict: (x) => {
    const [, h, w] = x.shape;
    const rgb = x.dataSync<'float32'>();
    const { data: weights, shape } = floats('W');
    const [bands = 0] = shape;
    const out = new Float32Array(h * w * bands);
    for (let p = 0; p < h * w; p++) {
      const scale = Math.fround(0.5 + (0.5 * (Math.floor(p / w) + 2 * (p % w))) / (h + w));
      for (let o = 0; o < bands; o++) {
        let sum = 0;
        for (let c = 0; c < 3; c++) sum = Math.fround(sum + weights[o * 3 + c]! * rgb[p * 3 + c]!);
        out[p * bands + o] = sum * scale;
      }
    }
    return tf.tensor4d(out, [1, h, w, bands]);
  },
};

/**
 * GMSR-Net's test procedure written down as its loop goes, on whole arrays: x and y run to floor(side / P) inclusive, the
 * last index takes the slice [-P:], and the part before the last (side mod P) rows and columns is averaged.
 */
async function officialLoop(network: Predictor, image: RgbImage, patch: number): Promise<number[]> {
  type Plane = number[][][];
  const pixels = (h: number, w: number, at: (i: number, j: number) => number[]): Plane =>
    Array.from({ length: h }, (_, i) => Array.from({ length: w }, (_, j) => at(i, j)));
  const mean = (a: number[], b: number[]): number[] => a.map((v, k) => (v + b[k]!) / 2);
  const clip = (a: number[]): number[] => a.map((v) => Math.min(1, Math.max(0, v)));

  async function pass(rgb: Plane): Promise<Plane> {
    const [h, w] = [rgb.length, rgb[0]!.length];
    const out = pixels(h, w, () => [0, 0, 0]);
    for (let x = 0; x <= Math.floor(h / patch); x++) {
      for (let y = 0; y <= Math.floor(w / patch); y++) {
        const [lastX, lastY] = [x === Math.floor(h / patch), y === Math.floor(w / patch)];
        const [top, left] = [lastX ? h - patch : x * patch, lastY ? w - patch : y * patch];
        const tile = pixels(patch, patch, (i, j) => rgb[top + i]![left + j]!);
        const answer = await predictImage(network, {
          data: Float32Array.from(tile.flat(2)),
          height: patch,
          width: patch,
        });
        // Rows before the last k; none where k is 0, because [:-0] is empty.
        const averagedRows = lastX && h % patch > 0 ? patch - (h % patch) : 0;
        const averagedColumns = lastY && w % patch > 0 ? patch - (w % patch) : 0;
        for (let i = 0; i < patch; i++) {
          for (let j = 0; j < patch; j++) {
            const at = (i * patch + j) * 3;
            const values = [...answer.data.subarray(at, at + 3)];
            const old = out[top + i]![left + j]!;
            out[top + i]![left + j] = i < averagedRows || j < averagedColumns ? mean(values, old) : values;
          }
        }
      }
    }
    return out.map((row) => row.map(clip));
  }

  async function plainAndShifted(rgb: Plane): Promise<Plane> {
    const half = patch / 2;
    const plain = await pass(rgb);
    const shifted = await pass(rgb.slice(half).map((row) => row.slice(half)));
    return plain.map((row, i) =>
      row.map((v, j) => (i >= half && j >= half ? mean(v, shifted[i - half]![j - half]!) : v)),
    );
  }

  const rgb = pixels(image.height, image.width, (i, j) => {
    const at = (i * image.width + j) * 3;
    return [...image.data.subarray(at, at + 3)];
  });
  const upright = await plainAndShifted(rgb);
  const flipped = (await plainAndShifted([...rgb].reverse())).reverse();
  return upright.flatMap((row, i) => row.flatMap((v, j) => mean(v, flipped[i]![j]!)));
}

eachBackend('prediction', () => {
  // Cases and sizes are those of the file, so that other numbers of the same format are compared as well.
  for (const name of [...golden.keys()]
    .filter((key) => key.endsWith('/rgb'))
    .map((key) => key.slice(0, -4))) {
    it(`official tiling and ensemble, golden case ${name}`, async () => {
      const { data, shape } = floats(`${name}/rgb`);
      const [, , height = 0, width = 0] = shape;
      const image = { data: Float32Array.from(nchwToNhwc(data, shape)), height, width };
      const patch = Number(golden.get(`${name}/patch`)!.data[0]);
      for (const stages of ['tiles', 'ensemble'] as const) {
        const protocol: PredictionProtocol = { name: 'gmsr-official', patch, stages };
        const cube = await expectNoLeak(() => predictImage(goldenToy, image, { protocol }));
        expect([cube.height, cube.width, cube.bands]).toEqual(floats(`${name}/${stages}`).shape);
        expectClose(cube.data, floats(`${name}/${stages}`).data, bitwise);
      }
    });
  }

  // The goldens have no width that is a multiple of the patch beside a height that is none, as NTIRE's 482 x 512 is.
  it.each([
    [20, 24],
    [24, 20],
    [29, 31],
    [24, 16],
    [13, 12],
  ])('official tiling of %i x %i equals the loop as it is described', async (height, width) => {
    const image = testImage(height, width);
    const protocol: PredictionProtocol = { name: 'gmsr-official', patch: 8 };
    const scaled: Predictor = {
      predict: (x) => tf.tidy(() => tf.div(positional.predict(x) as tf.Tensor, 100)),
    };
    const cube = await predictImage(scaled, image, { protocol });
    expectClose(cube.data, await officialLoop(scaled, image, 8), { rtol: 0, atol: 3e-7 });
  });

  const protocols: PredictionProtocol[] = [
    { name: 'whole' },
    { name: 'tiles', size: 8, overlap: 3, blend: 'linear' },
    { name: 'tiles', size: 8, overlap: 0, blend: 'uniform' },
    { name: 'tiles', size: 16, overlap: 15, blend: 'uniform' },
    { name: 'tiles', size: 64 },
    { name: 'gmsr-official', patch: 8 },
  ];
  it.each(protocols)('a per-pixel network does not see the protocol: %j', async (protocol) => {
    const image = testImage(19, 26);
    const whole = await predictImage(perPixel, image);
    const cube = await expectNoLeak(() => predictImage(perPixel, image, { protocol, selfEnsemble: 8 }));
    expect(maxDifference(cube.data, whole.data)).toBeLessThan(1e-6);
  });

  it('one tile as large as the image is the whole image, bit for bit', async () => {
    const image = testImage(9, 12);
    const tiles = await predictImage(positional, image, {
      protocol: { name: 'tiles', size: 12, overlap: 5 },
    });
    expectClose(tiles.data, (await predictImage(positional, image)).data, bitwise);
  });

  it('uniform blend is the mean of the tiles that cover a pixel', async () => {
    // Tiles of 4 at columns 0, 2, 4 of one row; the positional answer at column 3 is 3 in the first, 1 in the second.
    const image = { data: new Float32Array(4 * 8 * 3), height: 4, width: 8 };
    const protocol: PredictionProtocol = { name: 'tiles', size: 4, overlap: 2, blend: 'uniform' };
    const { data } = await predictImage(positional, image, { protocol });
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((j) => data[j * 3])).toEqual([0, 1, 1, 2, 1, 2, 2, 3]);
    const linear = await predictImage(positional, image, { protocol: { ...protocol, blend: 'linear' } });
    // Raw weights of a tile: 1/3, 2/3, 2/3, 1/3. Column 3: (1/3 * 3 + 2/3 * 1) / 1.
    expect(linear.data[3 * 3]).toBeCloseTo(5 / 3, 6);
  });

  /** The mean of the answers to the eight symmetries, each turned back, out of TensorFlow.js operators. */
  const meanOfSymmetries = (network: Predictor, { data, height, width }: RgbImage): Float32Array =>
    tf.tidy(() => {
      const x = tf.tensor4d(data, [1, height, width, 3]);
      const axes = [[], [1], [2], [1, 2]];
      const exchange = (y: tf.Tensor4D) => tf.transpose(y, [0, 2, 1, 3]);
      const flip = (y: tf.Tensor4D, along: number[]) => tf.reverse(y, along);
      const answer = (y: tf.Tensor4D) => network.predict(y) as tf.Tensor4D;
      const answers = [
        ...axes.map((along) => flip(answer(flip(x, along)), along)),
        ...axes.map((along) => flip(exchange(answer(exchange(flip(x, along)))), along)),
      ];
      return tf
        .mul(
          answers.reduce((a, b) => tf.add(a, b)),
          1 / 8,
        )
        .dataSync<'float32'>();
    });

  it('self-ensemble x8 is the mean over the eight symmetries, bit for bit', async () => {
    const image = testImage(5, 7);
    const wanted = meanOfSymmetries(positional, image);
    const ensemble = selfEnsemble(positional);
    const { data } = await expectNoLeak(() => ensemble.predictArray(image.data, 5, 7));
    expectClose(data, wanted, bitwise);
    // The network itself does not commute with them: its answer is another one.
    const plain = await predictImage(positional, image);
    expect(maxDifference(plain.data, data)).toBeGreaterThan(1);
    const two = await selfEnsemble(positional, 2).predictArray(image.data, 5, 7);
    expect(maxDifference(two.data, data)).toBeGreaterThan(1);
    expectClose((await predictImage(positional, image, { selfEnsemble: 8 })).data, data, bitwise);
  });

  it('official tiling cuts every number to 0 to 1', async () => {
    const far: Predictor = { predict: (x) => tf.tidy(() => tf.sub(tf.mul(x, 40), 20)) };
    const { data } = await predictImage(far, testImage(11, 13), {
      protocol: { name: 'gmsr-official', patch: 4 },
    });
    expect([Math.min(...data), Math.max(...data)]).toEqual([0, 1]);
    expect(data[0]).toBe(0);
  });

  it('pads by reflection to a multiple and cuts back', async () => {
    const seen: (readonly number[])[] = [];
    const strict: Predictor = {
      predict: (x) => {
        seen.push(x.shape);
        // Down by four and up again: refuses other sides, and each block of 4 x 4 becomes its mean.
        const [, h, w] = x.shape;
        if (h % 4 !== 0 || w % 4 !== 0) throw new Error('sides must be multiples of 4');
        return tf.tidy(() => tf.image.resizeNearestNeighbor(tf.avgPool(x, 4, 4, 'valid'), [h, w]));
      },
    };
    const image = {
      data: Float32Array.from({ length: 5 * 4 * 3 }, (_, i) => Math.floor(i / 12)),
      height: 5,
      width: 4,
    };
    const cube = await expectNoLeak(() => predictImage(strict, image, { sizeMultiple: 4 }));
    expect(seen).toEqual([[1, 8, 4, 3]]);
    // Rows 0 1 2 3 | 4 3 2 1: means 1.5 and 2.5.
    expect([0, 1, 2, 3, 4].map((i) => cube.data[i * 12])).toEqual([1.5, 1.5, 1.5, 1.5, 2.5]);
    await expect(predictImage(strict, image)).rejects.toThrow('multiples of 4');
    const tiny = { data: new Float32Array(12), height: 2, width: 2 };
    await expect(predictImage(strict, tiny, { sizeMultiple: 4 })).rejects.toThrow(
      /2 x 2 image cannot be reflected to 4 x 4.*at least 3 pixels/,
    );
    for (const [height, width] of [
      [4, 2],
      [2, 4],
    ] as const)
      await expect(predictImage(strict, testImage(height, width), { sizeMultiple: 4 })).rejects.toThrow(
        `a ${height} x ${width} image cannot be reflected to 4 x 4`,
      );
    expect(() => padToMultiple(strict, 0)).toThrow(/multiple is 0/);
  });

  it('clip limits the result', async () => {
    const { data } = await predictImage(positional, testImage(6, 6), { clip: [0, 2] });
    const tiled = await predictImage(perPixel, testImage(6, 6), {
      clip: [0.2, 0.4],
      protocol: { name: 'tiles', size: 4 },
    });
    const whole = await predictImage(perPixel, testImage(6, 6));
    expect(whole.data.some((v) => v > 0.4)).toBe(true);
    expectClose(
      tiled.data,
      whole.data.map((v) => Math.min(0.4, Math.max(0.2, v))),
      { rtol: 0, atol: 1e-6 },
    );
    expect(data.every((v) => v >= 0 && v <= 2)).toBe(true);
    expect(Math.max(...data)).toBe(2);
  });

  it('no NaN and no infinity goes into a cube: the error names the tile, how many and why', async () => {
    const image = testImage(6, 9);
    const tiles = { name: 'tiles', size: 6, overlap: 3 } as const;
    const aborted: unknown[] = [];
    const sink: CubeSink = {
      begin: () => {},
      writeRows: () => {},
      end: () => expect.fail('a cube was finished'),
      abort: (reason) => void aborted.push(reason),
    };
    let calls = 0;
    const failsLater: Predictor = {
      predict: (x) => tf.div(perPixel.predict(x) as tf.Tensor, calls++ ? 0 : 1),
    };
    await expectNoLeak(() =>
      expect(predictInto(failsLater, image, sink, { protocol: tiles })).rejects.toThrow(
        /predict: tile 2 of 2, 6 x 6 pixels at row 0, column 3: 144 of 144 values are not finite, the first \((Infinity|NaN)\) in its row 0, column 0, band 0; the image is finite there, so the weights/,
      ),
    );
    expect(aborted).toHaveLength(1);
    image.data[(2 * 9 + 4) * 3 + 1] = NaN;
    await expect(predictImage(perPixel, image, { protocol: tiles })).rejects.toThrow(
      /tile 1 of 2, .* 4 of 144 values are not finite, the first \(NaN\) in its row 2, column 4, band 0; the image itself holds 1 such values there/,
    );
    await expect(
      predictImage(perPixel, image, { protocol: { name: 'gmsr-official', patch: 4 } }),
    ).rejects.toThrow(/4 x 4 pixels at row 0, column 4: 4 of 64 values/);
  });

  it('the sink gets every row once from the top; progress ends at its total', async () => {
    for (const protocol of protocols) {
      const seen: [number, number][] = [];
      const calls: string[] = [];
      const sink: CubeSink = {
        begin: (shape) => void calls.push(`begin ${JSON.stringify(shape)}`),
        writeRows: (row, rows, data) => {
          seen.push([row, rows]);
          expect(data.length).toBe(rows * 26 * 3);
        },
        end: () => void calls.push('end'),
        abort: () => void calls.push('abort'),
      };
      const progress: number[] = [];
      let total = 0;
      await predictInto(positional, testImage(70, 26), sink, {
        protocol,
        onProgress: (p) => {
          progress.push(p.done);
          total = p.total;
        },
      });
      expect(calls).toEqual(['begin {"height":70,"width":26,"bands":3}', 'end']);
      let next = 0;
      for (const [row, rows] of seen) {
        expect(row).toBe(next);
        next += rows;
      }
      expect(next).toBe(70);
      expect(progress).toEqual(Array.from({ length: total }, (_, i) => i + 1));
    }
  });

  it('a network that fails or answers another size is an error, aborts the sink and leaks nothing', async () => {
    const aborted: unknown[] = [];
    const sink = Object.assign(new MemorySink(), { abort: (reason: unknown) => void aborted.push(reason) });
    const half: Predictor = { predict: (x) => tf.avgPool(x, 2, 2, 'valid') };
    await expectNoLeak(async () => {
      await expect(predictInto(half, testImage(8, 8), sink)).rejects.toThrow(
        /answered \[1, 4, 4, 3\] to \[1, 8, 8, 3\]/,
      );
    });
    expect(aborted).toHaveLength(1);
    expect(aborted[0]).toBeInstanceOf(PredictionError);
  });

  it('a sink in memory keeps no cube of a prediction that failed', async () => {
    const sink = new MemorySink();
    const shrinks: Predictor = { predict: (x) => (x.shape[1] === 8 ? x : tf.avgPool(x, 2, 2, 'valid')) };
    sink.begin({ height: 8, width: 8, bands: 3 });
    expect(sink.cube.data).toHaveLength(192);
    await expect(
      predictInto(shrinks, testImage(4, 8), sink, { protocol: { name: 'whole' } }),
    ).rejects.toThrow(PredictionError);
    expect(() => sink.cube).toThrow('there is no cube');
    await expect(
      predictInto(shrinks, testImage(8, 8), sink, { protocol: { name: 'gmsr-official', patch: 0 } }),
    ).rejects.toThrow('gmsr-official: patch is 0, but must be a positive integer');
  });

  it('tiles overlap by an eighth of their size, rounded down, unless told', async () => {
    const image = testImage(20, 21);
    const of = (overlap?: number) =>
      predictImage(positional, image, {
        protocol: { name: 'tiles', size: 12, ...(overlap === undefined ? {} : { overlap }) },
      });
    const [unless, one, two] = [await of(), await of(1), await of(2)];
    expect(unless.data).toEqual(one.data);
    expect(unless.data).not.toEqual(two.data);
  });

  it('selfEnsembleSpread: the means of the answers, then their standard deviations', async () => {
    // Answers with the first value of the image it sees: the four corners of a 2 x 3 image under flips.
    const corner: ArrayPredictor = {
      predictArray: (rgb, height, width) =>
        Promise.resolve({
          bands: 2,
          data: Float32Array.from({ length: height * width * 2 }, (_, i) => (i % 2 === 0 ? rgb[0]! : 5)),
        }),
    };
    const rgb = new Float32Array(18);
    [1, 2, 4, 9].forEach((value, corner) => (rgb[[0, 6, 9, 15][corner]!] = value));
    const { data, bands } = await selfEnsembleSpread(corner, 4).predictArray(rgb, 2, 3);
    expect(bands).toBe(4);
    // (1 + 2 + 4 + 9) / 4 = 4, and (9 + 4 + 0 + 25) / 4 = 9.5
    for (let pixel = 0; pixel < 6; pixel++)
      expectClose(data.slice(4 * pixel, 4 * pixel + 4), [4, 5, Math.sqrt(9.5), 0], {
        rtol: 1e-6,
        atol: 1e-6,
      });
    // Answers that turn with the image agree: the mean is the ensemble's, nothing spreads. Also transposed.
    const image = testImage(4, 5);
    const plain = await selfEnsemble(perPixel).predictArray(image.data, 4, 5);
    const spread = await selfEnsembleSpread(perPixel).predictArray(image.data, 4, 5);
    expect(spread.bands).toBe(8);
    const band = (data: Float32Array, bands: number, b: number) => data.filter((_, i) => i % bands === b);
    for (let b = 0; b < 4; b++) {
      expectClose(band(spread.data, 8, b), band(plain.data, 4, b), { rtol: 1e-5, atol: 1e-6 });
      expect(Math.max(...band(spread.data, 8, 4 + b))).toBeLessThan(1e-3);
    }
    for (const count of [1, 3])
      expect(() => selfEnsembleSpread(corner, count as 2)).toThrow(
        `symmetryCount is ${count}, but must be 2, 4 or 8`,
      );
    expect(() => selfEnsemble(corner, 3 as 2)).toThrow(
      'selfEnsemble: symmetryCount is 3, but must be 1, 2, 4 or 8',
    );
  });

  it('a network that changes its mind about its bands is an error', async () => {
    let calls = 0;
    const moody: ArrayPredictor = {
      predictArray: (_rgb, height, width) =>
        Promise.resolve({ bands: ++calls, data: new Float32Array(height * width * calls) }),
    };
    const options = { protocol: { name: 'tiles', size: 4, overlap: 0 } } as const;
    await expect(predictImage(moody, testImage(4, 8), options)).rejects.toThrow(
      'answered 2 bands after 1 before',
    );
    const short: ArrayPredictor = {
      predictArray: () => Promise.resolve({ bands: 2, data: new Float32Array(5) }),
    };
    await expect(predictImage(short, testImage(2, 2))).rejects.toThrow('answered 5 values to [2, 2, 3]');
  });

  it('a network on arrays gives the same bits under every protocol, padded and in an ensemble', async () => {
    const image = testImage(19, 26);
    const asked: string[] = [];
    const same: ArrayPredictor = {
      async predictArray(rgb, height, width) {
        asked.push(`${height} x ${width}`);
        const { data, bands } = await predictImage(positional, { data: rgb, height, width });
        return { data, bands };
      },
    };
    for (const protocol of protocols) {
      for (const options of [{}, { selfEnsemble: 8 }, { sizeMultiple: 12 }, { clip: [0, 9] }] as const) {
        asked.length = 0;
        const wanted = await predictImage(positional, image, { protocol, ...options });
        const cube = await predictImage(same, image, { protocol, ...options });
        expectClose(cube.data, wanted.data, bitwise);
        expect(asked.length).toBeGreaterThan(0);
      }
    }
  });

  it.each([
    new Error('WasmArena.makeOutput [1, 2500, 2500, 248] (float32): no room for 5913 MB'),
    new WebAssembly.RuntimeError('memory access out of bounds'),
    new RangeError('Array buffer allocation failed'),
  ])('an image that is too large for the memory is said to be so, with what to do: %s', async (cause) => {
    const full = { predictArray: () => Promise.reject(cause) };
    await expect(predictImage(full, testImage(2, 2))).rejects.toThrow(
      `predict: 2 x 2 pixels at once are too many for the memory (${cause.message}); choose the protocol 'tiles', or smaller tiles.`,
    );
  });

  it('an answer on arrays whose length does not fit is refused', async () => {
    const short: ArrayPredictor = {
      predictArray: () => Promise.resolve({ data: new Float32Array(7), bands: 4 }),
    };
    await expect(predictImage(short, testImage(2, 2))).rejects.toThrow(
      'predict: the network answered 7 values to [2, 2, 3], but [2, 2, 4] needs 16.',
    );
  });

  it('sees a signal that arrives while it computes: each tile gives the event loop a turn', async () => {
    const controller = new AbortController();
    let tiles = 0;
    const counting: Predictor = { predict: (x) => (tiles++, perPixel.predict(x)) };
    const large = { data: new Float32Array(16 * 16 * 3), height: 16, width: 16 };
    setTimeout(() => controller.abort(), 0);
    const options = { protocol: { name: 'tiles', size: 4, overlap: 0 }, signal: controller.signal } as const;
    await expect(predictImage(counting, large, options)).rejects.toThrow(/abort/);
    expect(tiles).toBeLessThan(16);
  });

  it('takes an image of one pixel', async () => {
    const { data } = await predictImage(perPixel, { data: Float32Array.of(1, 0, 0), height: 1, width: 1 });
    expectClose([...data], [0.2, 0.7, 0.1, 0.5], { rtol: 1e-6, atol: 1e-6 });
    const none = { data: new Float32Array(0), height: 1, width: 0 };
    await expect(predictImage(perPixel, none)).rejects.toThrow(
      'image is 1 x 0, but needs at least one pixel',
    );
  });

  it('an aborted signal stops before the next tile', async () => {
    const controller = new AbortController();
    const protocol: PredictionProtocol = { name: 'tiles', size: 4, overlap: 0 };
    let done = 0;
    const run = predictImage(perPixel, testImage(16, 16), {
      protocol,
      signal: controller.signal,
      onProgress: (p) => {
        done = p.done;
        if (p.done === 3) controller.abort(new Error('stopped by the user'));
      },
    });
    await expect(run).rejects.toThrow('stopped by the user');
    expect(done).toBe(3);
  });
});

describe('bad input', () => {
  it.each<[string, RgbImage, Parameters<typeof predictImage>[2], RegExp]>([
    [
      'wrong data',
      { data: new Float32Array(5), height: 2, width: 2 },
      {},
      /has 5 values, but \[2, 2, 3\] needs 12/,
    ],
    ['no pixels', { data: new Float32Array(0), height: 0, width: 2 }, {}, /0 x 2/],
    [
      'overlap',
      testImage(8, 8),
      { protocol: { name: 'tiles', size: 4, overlap: 4 } },
      /overlap is 4.*0 to size - 1 = 3/,
    ],
    ['size', testImage(8, 8), { protocol: { name: 'tiles', size: 0 } }, /size is 0/],
    [
      'too small',
      testImage(8, 20),
      { protocol: { name: 'gmsr-official', patch: 8 } },
      /8 x 20.*at least 12 x 12.*'whole'/,
    ],
    [
      'too small for the patch of 128 that is taken unless told',
      testImage(191, 192),
      { protocol: { name: 'gmsr-official' } },
      /191 x 192.*at least 192 x 192/,
    ],
    ['clip', testImage(8, 8), { clip: [1, 0] }, /clip is \[1, 0\]/],
    ['clip of nothing', testImage(8, 8), { clip: [1, 1] }, /clip is \[1, 1\]/],
    [
      'name',
      testImage(8, 8),
      { protocol: { name: 'tile' } as never },
      /unknown protocol 'tile'; known: whole, tiles/,
    ],
  ])('%s', async (_, image, options, message) => {
    await expect(predictImage(perPixel, image, options)).rejects.toThrow(message);
  });
});

describe('tile axis', () => {
  it('covers every position with weights that sum to 1, for any extent, size and overlap', () => {
    const settings = fc
      .tuple(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 70 }),
        fc.nat(),
        fc.constantFrom('uniform' as const, 'linear' as const),
      )
      .map(([extent, size, o, blend]) => ({ extent, size, overlap: o % size, blend }));
    fc.assert(
      fc.property(settings, ({ extent, size, overlap, blend }) => {
        const axis = tileAxis(extent, size, overlap, blend);
        const sums = new Float64Array(extent);
        axis.starts.forEach((start, t) => {
          for (let i = 0; i < axis.length; i++) {
            expect(axis.weights[t]![i]).toBeGreaterThan(0);
            sums[start + i]! += axis.weights[t]![i]!;
          }
        });
        for (const sum of sums) expect(sum).toBeCloseTo(1, 12);
      }),
    );
  });
});
