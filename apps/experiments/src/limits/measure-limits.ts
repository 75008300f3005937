import type { Scene } from '@prismamba/datasets';
import { openPhotoSpec } from '@prismamba/datasets/node';
import { evaluateProtocol, type Scores } from '@prismamba/metrics';
import { disposeModel } from '@prismamba/models';
import { MemorySink, predictImage } from '@prismamba/trainer';
import { selfEnsembleSpread } from '@prismamba/trainer/internal';
import { loadPretrained, type PretrainedCard, type PretrainedLimits } from '@prismamba/weights';
import { buildExperiment, type Experiment } from '../build-experiment.js';
import { photoSpec } from '../build/photo-spec.js';
import type { LoadedExperiment } from '../config/load-experiment.js';
import { ConsistencySink } from '../reconstruct/consistency-sink.js';
import { pretrainedSource } from '../reconstruct/pretrained-source.js';
import { renderingOf } from '../reconstruct/rendering.js';
import { predictorOf } from '../engine/open-engine.js';
import { imageTraits, inputStatistics, unlikeTraining, type ImageTraits } from './input-statistics.js';
import { calibrateFactors, coverageByBand, ENSEMBLE, ratios } from './uncertainty.js';

/** Photos that are drawn of each training scene, where training drew cameras and lights. */
const DRAWS = 5;
/** The parts of values that intervals are to contain. */
const LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];
const NOMINAL = 0.9;
const SCORES = ['MRAE', 'SAM', 'DeltaE2000'];

/** The image and its quarters: photos show a part of the world, too. */
function withQuarters(rgb: Float32Array, height: number, width: number): ImageTraits[] {
  const [h, w] = [Math.floor(height / 2), Math.floor(width / 2)];
  const quarter = (top: number, left: number) => {
    const data = new Float32Array(h * w * 3);
    for (let y = 0; y < h; y++) {
      const start = ((top + y) * width + left) * 3;
      data.set(rgb.subarray(start, start + 3 * w), 3 * y * w);
    }
    return imageTraits({ data });
  };
  return [imageTraits({ data: rgb }), quarter(0, 0), quarter(0, w), quarter(h, 0), quarter(h, w)];
}

/** RGB of the training scenes as training saw it, by scene. */
async function trainingImages({ data }: Experiment, loaded: LoadedExperiment): Promise<ImageTraits[][]> {
  const spec = photoSpec(loaded);
  const photo = spec === undefined ? undefined : openPhotoSpec(spec);
  const scenes: ImageTraits[][] = [];
  for (const id of data.split.train) {
    const { cube, rgb, height, width, wavelengths } = await data.load(id);
    if (photo === undefined || height !== width) {
      scenes.push(withQuarters(rgb, height, width));
      continue;
    }
    const images: ImageTraits[] = [];
    for (let seed = 0; seed < DRAWS; seed++) {
      images.push(...withQuarters((await photo(cube, height, wavelengths, seed)).rgb, height, width));
    }
    scenes.push(images);
  }
  return scenes;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanScores = (all: readonly Scores[]): Scores =>
  Object.fromEntries(SCORES.map((name) => [name, mean(all.map((scores) => scores[name]!))]));

/** Measures on its own scenes what shipped weights cannot know. The experiment is that of the card. */
export async function measureLimits(
  loaded: LoadedExperiment,
  card: PretrainedCard,
): Promise<PretrainedLimits> {
  const experiment = await buildExperiment(loaded);
  const { data } = experiment;
  const { model, definition } = await loadPretrained(card.name, await pretrainedSource(card.name));
  try {
    const inputs = inputStatistics(await trainingImages(experiment, loaded));
    const predictor = predictorOf(definition, model);
    const rendering = await renderingOf(card.rgb, data.wavelengths);
    const ensemble = selfEnsembleSpread(predictor, ENSEMBLE);

    const spreadOf = async (scene: Scene): Promise<Float32Array[]> => {
      const { rgb, height, width, wavelengths } = scene;
      const bands = wavelengths.length;
      const { data: both } = await predictImage(ensemble, { data: rgb, height, width });
      const [center, spread] = [0, bands].map((from) => {
        const part = new Float32Array(height * width * bands);
        for (let pixel = 0; pixel < height * width; pixel++) {
          part.set(both.subarray(2 * pixel * bands + from, 2 * pixel * bands + from + bands), pixel * bands);
        }
        return part;
      });
      return ratios(scene.cube, center!, spread!, bands);
    };
    const ratiosOf = async (ids: readonly string[]): Promise<Float32Array[][]> => {
      const scenes: Float32Array[][] = [];
      for (const id of ids) scenes.push(await spreadOf(await data.load(id)));
      return scenes;
    };
    const validation = await ratiosOf(card.training.split.validation);
    const test = await ratiosOf(card.training.split.test);
    const factors = calibrateFactors(validation, NOMINAL);
    const testByBand = coverageByBand(test, factors);

    const plain: Scores[] = [];
    const consistent: Scores[] = [];
    const unlike: string[] = [];
    for (const id of card.training.split.test) {
      const scene = await data.load(id);
      const { rgb, height, width, wavelengths } = scene;
      if (unlikeTraining({ data: rgb }, inputs).length > 0) unlike.push(id);
      const predicted = await predictImage(predictor, { data: rgb, height, width });
      const memory = new MemorySink();
      const sink = new ConsistencySink({ data: rgb, height, width }, rendering, true, memory);
      await sink.begin(predicted);
      await sink.writeRows(0, height, predicted.data);
      await sink.end();
      const shape = { height, width, bands: wavelengths.length, wavelengths };
      const score = (reconstruction: Float32Array) =>
        evaluateProtocol('standard', { ...shape, data: scene.cube }, { ...shape, data: reconstruction });
      plain.push(score(predicted.data));
      consistent.push(score(memory.cube.data));
    }
    return {
      sha256: card.sha256,
      inputs: { ...inputs, unlikeTestScenes: unlike },
      consistent: { rendering: rendering.name, plain: meanScores(plain), consistent: meanScores(consistent) },
      uncertainty: {
        symmetries: ENSEMBLE,
        factors,
        validation: mean(coverageByBand(validation, factors)),
        test: mean(testByBand),
        testByBand,
        levels: LEVELS.map((level) => ({
          level,
          test: mean(coverageByBand(test, calibrateFactors(validation, level))),
        })),
      },
    };
  } finally {
    disposeModel(model);
    await data.close();
  }
}
