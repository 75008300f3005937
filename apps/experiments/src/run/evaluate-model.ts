import { countParameters } from '@prismamba/models';
import { evaluateScenes, predictImage, type ArrayPredictor } from '@prismamba/trainer';
import type { Scene } from '@prismamba/datasets';
import type { Experiment, ModelChoice } from '../build-experiment.js';
import type * as tfl from '@tensorflow/tfjs-layers';
import { openEngine } from '../engine/open-engine.js';
import { countProgress } from './progress.js';
import type { SceneFigures } from './scene-figures.js';
import type { ModelScores } from './score-table.js';
import { interrupted } from './interrupt.js';

export interface EvaluationOptions {
  /** Sees every reconstruction. */
  readonly figures?: SceneFigures;
  /** Ends the evaluation after the scene in work. */
  readonly signal: AbortSignal;
  /** What to tell a user who interrupted. */
  readonly goOn: string;
}

/** A turn of the event loop, in which a signal arrives. */
const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

type Evaluated = Pick<Experiment, 'config' | 'data' | 'protocols' | 'prediction'>;

/** How an experiment reconstructs a whole scene. */
export function reconstructorOf(
  { prediction, config }: Pick<Evaluated, 'prediction' | 'config'>,
  predictor: ArrayPredictor,
): (scene: Scene) => Promise<Float32Array> {
  const options = { protocol: prediction, selfEnsemble: config.evaluation.self_ensemble };
  return async ({ rgb, height, width }) =>
    (await predictImage(predictor, { data: rgb, height, width }, options)).data;
}

/** Scores a model on the test scenes. @throws UserError when interrupted. */
export async function evaluateModel(
  experiment: Evaluated,
  { definition, config }: ModelChoice,
  model: tfl.LayersModel,
  options?: EvaluationOptions,
): Promise<ModelScores> {
  const { data, protocols } = experiment;
  const engine = await openEngine(experiment.config.evaluation, { definition, config, model });
  if (engine.line !== undefined) process.stderr.write(`${engine.line}\n`);
  const progress = countProgress(`evaluating ${definition.title}`, data.split.test.length);
  try {
    const { scenes, mean, notes } = await evaluateScenes({
      ids: data.split.test,
      load: data.load,
      protocols,
      reconstruct: reconstructorOf(experiment, engine.predictor),
      onScene: async (scene, reconstruction) => {
        await options?.figures?.add(definition.title, scene, reconstruction);
        progress.next();
        await nextTurn();
        if (options?.signal.aborted === true) {
          throw interrupted(options.signal, `interrupted while scoring; ${options.goOn}`);
        }
      },
    });
    return {
      model: definition.key,
      title: definition.title,
      parameters: countParameters(definition.stateDict(config)),
      mean,
      scenes,
      ...(notes.length === 0 ? {} : { notes }),
    };
  } finally {
    progress.stop();
    await engine.close();
  }
}
