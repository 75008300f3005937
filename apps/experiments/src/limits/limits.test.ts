import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@prismamba/core';
import { formRgb, rgbRecipe, syntheticScenes } from '@prismamba/datasets';
import { readNpy, writePng } from '@prismamba/formats';
import { MemorySink } from '@prismamba/trainer';
import { intervalScale, listPretrained, pretrainedCard } from '@prismamba/weights';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UncertaintySink } from '../reconstruct/uncertainty-sink.js';
import { runHere } from '../testing/run-here.js';
import { imageTraits, inputStatistics, unlikeTraining } from './input-statistics.js';
import { calibrateFactors, coverageByBand, ratios } from './uncertainty.js';

const folder = mkdtempSync(join(tmpdir(), 'limits-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const size = 48;
type Rgb = readonly [number, number, number];
const image = (pixel: (x: number, y: number) => Rgb) => ({
  data: Float32Array.from({ length: size * size * 3 }, (_, i) => {
    const at = Math.floor(i / 3);
    return pixel(at % size, Math.floor(at / size))[i % 3]!;
  }),
});

/** A scene of all colours but the most vivid, as a photo shows it. */
let photo = new Float32Array(0);
beforeAll(async () => {
  const source = syntheticScenes({ train: 1, test: 1, height: size, width: size, seed: 3 });
  const scene = await source.load(source.scenes[0]!.id);
  const { wavelengths } = source;
  const recipe = rgbRecipe('srgb', { bits: 'none' });
  const encoded = await formRgb({ ...scene, data: scene.cube }, recipe, { wavelengths });
  photo = Float32Array.from(encoded, (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
});

const grey = (x: number, y: number) => 0.1 + (0.7 * ((x * 7 + y * 3) % size)) / size;
/** A colour map from blue by green to red, as thermal and depth pictures have it. */
const falseColours = (x: number, y: number): Rgb => {
  const t = grey(x, y);
  return [Math.max(0, 2 * t - 1), 1 - Math.abs(2 * t - 1), Math.max(0, 1 - 2 * t)];
};
/** A camera without its infrared filter: all three filters pass near infrared, the red one most. */
const nearInfrared = (x: number, y: number): Rgb => [grey(x, y), 0.62 * grey(x, y), 0.7 * grey(x, y)];

describe('images unlike those that the shipped weights for photos saw', () => {
  const unlike = (data: Float32Array) =>
    unlikeTraining({ data }, pretrainedCard('gmsr-net/photo').limits!.inputs);

  it('black-and-white, toned, near infrared and false colours are', () => {
    expect(unlike(image((x, y) => [grey(x, y), grey(x, y), grey(x, y)]).data).join()).toMatch(
      /variety of colours is 0\.000, seen were .*black-and-white or toned\?/,
    );
    expect(unlike(image((x, y) => [grey(x, y), 0.8 * grey(x, y), 0.55 * grey(x, y)]).data).join()).toMatch(
      /toned/,
    );
    expect(unlike(image(nearInfrared).data)).not.toEqual([]);
    expect(unlike(image(falseColours).data).join()).toMatch(/false colours\?|variety of colours/);
    expect(unlike(new Float32Array(300))).toEqual(['100 % of it is too dark to have a colour']);
  });

  it('a photo of coloured things is not, and no test scene is called so without being counted', () => {
    expect(unlike(photo)).toEqual([]);
    for (const { limits } of listPretrained()) expect(limits!.inputs.unlikeTestScenes).toEqual([]);
  });
});

it('statistics are the ranges of the images, and the new colours of one scene among the others', () => {
  const red = imageTraits(image(() => [0.6, 0.2, 0.2]));
  const blue = imageTraits(image((x) => (x < size / 4 ? [0.2, 0.2, 0.6] : [0.6, 0.2, 0.2])));
  const statistics = inputStatistics([[red], [blue]]);
  expect(statistics.newColours).toBeCloseTo(0.25, 10);
  expect(statistics.ranges.red[1]).toBeCloseTo(0.6, 6);
  expect(statistics.ranges.spread[0]).toBeCloseTo(0, 6);
  expect(
    unlikeTraining(
      image(() => [0.6, 0.2, 0.2]),
      statistics,
    ),
  ).toEqual([]);
  expect(
    unlikeTraining(
      image(() => [0.2, 0.6, 0.2]),
      statistics,
    ).join(),
  ).toMatch(/100 % of its pixels have colours that were never seen/);
});

describe('intervals', () => {
  it('contain the wanted part of values of a scene that they were not calibrated on', () => {
    const random = createRandom(5);
    const [pixels, bands] = [4000, 2];
    const scene = () => {
      const mean = Float32Array.from({ length: pixels * bands }, () => random.uniform());
      const spread = Float32Array.from({ length: pixels * bands }, () => 0.05 * random.uniform());
      const truth = mean.map(
        (value, i) => value + (i % 2 === 0 ? 0.3 : 1) * intervalScale(value, spread[i]!) * random.normal(),
      );
      return ratios(truth, mean, spread, bands);
    };
    const [a, b, c, test] = [scene(), scene(), scene(), scene()];
    const factors = calibrateFactors([a, b, c], 0.9);
    // 90 % of a normal distribution lie within 1.645 standard deviations.
    expect(factors[0]).toBeCloseTo(0.3 * 1.645, 1);
    expect(factors[1]).toBeCloseTo(1.645, 1);
    for (const part of coverageByBand([test], factors)) expect(Math.abs(part - 0.9)).toBeLessThan(0.02);
    // Scenes that differ want wider intervals than all of them together.
    const wide = c.map((values) => values.map((value) => 2 * value));
    expect(calibrateFactors([a, b, wide], 0.9)[0]).toBeGreaterThan(1.2 * factors[0]!);
  });

  it.each(listPretrained().map((card) => [card.name, card] as const))(
    '%s: 85 to 95 % of the values of the test scenes',
    (_, { limits, sha256 }) => {
      expect(limits!.sha256).toBe(sha256);
      expect(limits!.uncertainty.test).toBeGreaterThan(0.85);
      expect(limits!.uncertainty.test).toBeLessThan(0.95);
    },
  );

  it('a sink parts means and half widths', async () => {
    const [means, halves] = [new MemorySink(), new MemorySink()];
    const sink = new UncertaintySink([2, 3], means, halves);
    await sink.begin({ height: 1, width: 2, bands: 4 });
    await sink.writeRows(0, 1, Float32Array.from([0.5, 0.2, 0.03, 0, 1, 0, 0, 0.1]));
    await sink.end();
    expect([...means.cube.data]).toEqual([...Float32Array.from([0.5, 0.2, 1, 0])]);
    const wanted = [
      2 * intervalScale(0.5, 0.03),
      3 * intervalScale(0.2, 0),
      2 * intervalScale(1, 0),
      3 * intervalScale(0, 0.1),
    ];
    wanted.forEach((value, i) => expect(halves.cube.data[i]).toBeCloseTo(value, 6));
  });
});

it('prismamba reconstruct --uncertainty writes both cubes and warns of a black-and-white photo', async () => {
  const { data } = image((x, y) => [grey(x, y), grey(x, y), grey(x, y)]);
  const codes = Uint8Array.from(data, (value) => Math.round(255 * value));
  writeFileSync(
    join(folder, 'grey.png'),
    writePng({ width: size, height: size, channels: 3, bitDepth: 8, data: codes }),
  );
  const args = ['reconstruct', 'grey.png', '--backend', 'wasm'];
  const done = await runHere([...args, '--uncertainty'], folder);
  expect(done.code, done.stderr).toBe(0);
  expect(done.stdout).toMatch(/warning: unlike the images that these weights saw: .*black-and-white/);
  expect(done.stdout).toMatch(
    /uncertainty: grey\.uncertainty\.npy: half widths of 90 % intervals, which held \d\d % of the values of the test scenes/,
  );
  const read = (name: string) => readNpy(readFileSync(join(folder, name)), { name });
  const halves = read('grey.uncertainty.npy');
  expect(halves.shape).toEqual([size, size, 31]);
  expect((halves.data as Float32Array).every((value) => value > 0 && value < 2)).toBe(true);
  const both = await runHere([...args, '--uncertainty', '--consistent'], folder);
  expect(both).toMatchObject({ code: 2 });
});
