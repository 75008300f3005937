import { countParameters } from '@prismamba/models';
import { evaluateScenes, predictImage, type Predictor } from '@prismamba/trainer';
import type { Experiment, ModelChoice } from '../build-experiment.js';
import { predictorOf } from './predictor-of.js';
import { countProgress } from './progress.js';
import type { SceneFigures } from './scene-figures.js';
import type { ModelScores } from './score-table.js';

/** Scores a model on the test scenes; `figures` sees every reconstruction. */
export async function evaluateModel(
  experiment: Pick<Experiment, 'config' | 'data' | 'protocols' | 'prediction'>,
  { definition, config }: ModelChoice,
  model: Predictor,
  figures?: SceneFigures,
): Promise<ModelScores> {
  const { data, protocols, prediction, config: settings } = experiment;
  const predictor = predictorOf(definition, model);
  const progress = countProgress(`evaluating ${definition.title}`, data.split.test.length);
  try {
    const { scenes, mean } = await evaluateScenes({
      ids: data.split.test,
      load: data.load,
      protocols,
      reconstruct: async ({ rgb, height, width }) => {
        const image = { data: rgb, height, width };
        return (
          await predictImage(predictor, image, {
            protocol: prediction,
            selfEnsemble: settings.evaluation.self_ensemble,
          })
        ).data;
      },
      onScene: async (scene, reconstruction) => {
        await figures?.add(definition.title, scene, reconstruction);
        progress.next();
      },
    });
    return {
      model: definition.key,
      title: definition.title,
      parameters: countParameters(definition.stateDict(config)),
      mean,
      scenes,
    };
  } finally {
    progress.stop();
  }
}
