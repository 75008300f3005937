import { countParameters } from '@prismamba/models';
import { evaluateScenes, predictImage, type Predictor } from '@prismamba/trainer';
import type { Experiment, ModelChoice } from '../build-experiment.js';
import { predictorOf } from './predictor-of.js';
import { countProgress } from './progress.js';
import type { SceneFigures } from './scene-figures.js';
import type { ModelScores } from './score-table.js';
import { UserError } from '../user-error.js';

export interface EvaluationOptions {
  /** Sees every reconstruction. */
  readonly figures: SceneFigures;
  /** Ends the evaluation after the scene in work. */
  readonly signal: AbortSignal;
  /** What to tell a user who interrupted. */
  readonly goOn: string;
}

/** A turn of the event loop, in which a signal arrives. */
const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** Scores a model on the test scenes. @throws UserError when interrupted. */
export async function evaluateModel(
  experiment: Pick<Experiment, 'config' | 'data' | 'protocols' | 'prediction'>,
  { definition, config }: ModelChoice,
  model: Predictor,
  options?: EvaluationOptions,
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
        await options?.figures.add(definition.title, scene, reconstruction);
        progress.next();
        await nextTurn();
        if (options?.signal.aborted === true) {
          throw new UserError(`interrupted while scoring; the last checkpoint is kept\n${options.goOn}`);
        }
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
