import { startBackend } from '@prismamba/backend';
import { patchBatches, scenePatches, syntheticScenes, type Scene } from '@prismamba/datasets';
import { rmse } from '@prismamba/metrics';
import { disposeModel, getModel } from '@prismamba/models';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  Adam,
  constantSchedule,
  l1Loss,
  pixelBatches,
  predictImage,
  train,
  type PredictionProtocol,
  type Predictor,
} from '@prismamba/trainer';

/*
 * The measurement that docs/prediction.md quotes:
 *   PRISMAMBA_LANE=slow npx vitest run src/reconstruct/tiling-effect
 * A short training on synthetic scenes; the figures say how far tiles and whole image are apart, not how good a network is.
 */

const seed = 7;
const steps = 100;
const side = 256;
const source = syntheticScenes({ train: 12, test: 2, height: side, width: side, seed });

const protocols: readonly (readonly [string, PredictionProtocol])[] = [
  ['tiles 128, overlap 0', { name: 'tiles', size: 128, overlap: 0, blend: 'uniform' }],
  ['tiles 128, overlap 32, linear', { name: 'tiles', size: 128, overlap: 32, blend: 'linear' }],
  ['tiles 64, overlap 0', { name: 'tiles', size: 64, overlap: 0, blend: 'uniform' }],
  ['tiles 64, overlap 16, linear', { name: 'tiles', size: 64, overlap: 16, blend: 'linear' }],
  ['tiles 32, overlap 0', { name: 'tiles', size: 32, overlap: 0, blend: 'uniform' }],
  ['gmsr-official, patch 128', { name: 'gmsr-official', patch: 128 }],
  ['gmsr-official, patch 64', { name: 'gmsr-official', patch: 64 }],
];

interface Row {
  readonly name: string;
  /** RMSE to the whole-image prediction, mean over scenes. */
  readonly toWhole: number;
  /** Largest difference to it. */
  readonly largest: number;
  /** RMSE to the truth, mean over scenes. */
  readonly toTruth: number;
}

const rowText = ({ name, toWhole, largest, toTruth }: Row): string =>
  `| ${name} | ${toWhole.toExponential(1)} | ${largest.toExponential(1)} | ${toTruth.toFixed(4)} |\n`;

async function measure(model: Predictor, scenes: readonly Scene[]): Promise<Row[]> {
  const sums = new Map<string, { toWhole: number; largest: number; toTruth: number }>();
  for (const scene of scenes) {
    const { height, width } = scene;
    const image = { data: scene.rgb, height, width };
    const truth = { data: scene.cube, height, width, bands: scene.wavelengths.length };
    const whole = await predictImage(model, image);
    for (const [name, protocol] of [['whole', { name: 'whole' }] as const, ...protocols]) {
      const cube = await predictImage(model, image, { protocol });
      const sum = sums.get(name) ?? { toWhole: 0, largest: 0, toTruth: 0 };
      sum.toWhole += rmse(whole, cube) / scenes.length;
      sum.toTruth += rmse(truth, cube) / scenes.length;
      for (let i = 0; i < cube.data.length; i++) {
        sum.largest = Math.max(sum.largest, Math.abs(cube.data[i]! - whole.data[i]!));
      }
      sums.set(name, sum);
    }
  }
  return [...sums].map(([name, sum]) => ({ name, ...sum }));
}

beforeAll(() => startBackend('wasm'));

describe('the effect of tiling', () => {
  it('GMSR-Net, whose attentions normalise over the whole input, answers differently in tiles', async () => {
    const definition = getModel('gmsr-net');
    const model = definition.build(definition.config.parse({}), { seed });
    const patches = scenePatches(source, source.split.train, { size: 64, stride: 64 });
    await train({
      model,
      loss: l1Loss,
      optimizer: new Adam(),
      schedule: constantSchedule(1e-3),
      batches: patchBatches(patches, { batchSize: 4, seed }),
      steps,
      seed,
    });
    const rows = await measure(model, await Promise.all(source.split.test.map((id) => source.load(id))));
    process.stdout.write(`\nGMSR-Net after ${steps} steps\n${rows.map(rowText).join('')}`);
    disposeModel(model);
    expect(rows[0]).toMatchObject({ name: 'whole', toWhole: 0, largest: 0 });
    for (const row of rows.slice(1)) expect(row.toWhole, row.name).toBeGreaterThan(1e-4);
  }, 1_800_000);

  it('a network that looks at single pixels does not', async () => {
    const definition = getModel('polynomial-regression');
    const config = definition.config.parse({});
    const model = definition.build(config, { seed });
    await definition.fitPixels!(
      model,
      config,
      pixelBatches(source.split.train, (id) => source.load(id)),
    );
    const rows = await measure(model, await Promise.all(source.split.test.map((id) => source.load(id))));
    process.stdout.write(`\npolynomial regression\n${rows.map(rowText).join('')}`);
    disposeModel(model);
    // Except for the clip to [0, 1] and the averaging in float32 of the official procedure.
    for (const row of rows.filter(({ name }) => !name.startsWith('gmsr'))) {
      expect(row.largest, row.name).toBeLessThan(1e-6);
    }
  }, 600_000);
});
