import { getModel, listModels, loadWeights, type ModelDefinition } from '@prismamba/models';
import { getProtocol, type Protocol } from '@prismamba/metrics';
import {
  WeightAverage,
  type Loss,
  type Optimizer,
  type PredictionProtocol,
  type Schedule,
} from '@prismamba/trainer';
import { nearestNames } from '@prismamba/core';
import { readFileBytesSync } from '@prismamba/formats/node';
import type * as tfl from '@tensorflow/tfjs-layers';
import { buildLoss } from './build/build-loss.js';
import { buildOptimizer } from './build/build-optimizer.js';
import { bandsOf, checkBands } from './build/check-bands.js';
import { buildSchedule } from './build/build-schedule.js';
import { openData, type ExperimentData } from './build/open-data.js';
import { toSteps } from './config/duration.js';
import type { ExperimentConfig } from './config/experiment-schema.js';
import type { LoadedExperiment } from './config/load-experiment.js';

/** A model with its settings checked, ready to build. */
export interface ModelChoice {
  readonly definition: ModelDefinition;
  readonly config: object;
}

/** Everything that an experiment names, looked up; nothing has run yet. */
export interface Experiment {
  readonly config: ExperimentConfig;
  /** Changes to the file, as typed. */
  readonly overrides: readonly string[];
  readonly choice: ModelChoice;
  readonly baselines: readonly ModelChoice[];
  readonly data: ExperimentData;
  readonly steps: number;
  readonly checkpointEvery: number | undefined;
  readonly schedule: Schedule;
  readonly protocols: readonly Protocol[];
  readonly prediction: PredictionProtocol;
  buildModel(choice: ModelChoice): tfl.LayersModel;
  buildOptimizer(): Optimizer;
  buildLoss(model: tfl.LayersModel): Loss;
  /** The moving average of the weights, where the experiment asks for one. */
  buildAverage(): WeightAverage | undefined;
}

/** Looks a model up and checks its options, with errors at their place in the file. */
function chooseModel(experiment: LoadedExperiment, path: readonly PropertyKey[], name: string): ModelChoice {
  const known = listModels();
  if (!known.includes(name)) {
    const [nearest] = nearestNames(name, known, 1);
    const hint = nearest === undefined ? '' : `, did you mean '${nearest}'?`;
    throw experiment.error([...path, 'name'], `unknown model '${name}'${hint} Models: ${known.join(', ')}`);
  }
  const definition = getModel(name);
  return { definition, config: experiment.check(definition.config, [...path, 'options']) };
}

/** Baselines make the bands of the model unless they name their own. */
function chooseBaselines(experiment: LoadedExperiment, bands: number): ModelChoice[] {
  return experiment.config.baselines.map(({ name, options }, i) => {
    const choice = chooseModel(experiment, ['baselines', i], name);
    if (choice.definition.fit !== 'closed-form') {
      throw experiment.error(
        ['baselines', i, 'name'],
        `'${name}' is trained by steps; a baseline is solved in closed form`,
      );
    }
    return Object.hasOwn(options, 'bands') ? choice : { ...choice, config: { ...choice.config, bands } };
  });
}

function buildProtocols({ evaluation }: ExperimentConfig): Protocol[] {
  const protocols = evaluation.protocols.map(getProtocol);
  if (evaluation.dark_threshold === undefined) return protocols;
  const darkThreshold = evaluation.dark_threshold;
  const standard = getProtocol('standard');
  const masked = {
    ...standard,
    name: `standard, mean >= ${darkThreshold}`,
    title: `${standard.title}; only pixels whose mean true value is at least ${darkThreshold}`,
    darkThreshold,
  };
  return [...protocols, masked];
}

/** The only place that sees every registry: names become models, data, losses, schedules and protocols. */
export async function buildExperiment(loaded: LoadedExperiment): Promise<Experiment> {
  const { config } = loaded;
  const { training, seed } = config;
  const choice = chooseModel(loaded, ['model'], config.model.name);
  const baselines = chooseBaselines(loaded, bandsOf(choice));
  const protocols = buildProtocols(config);
  const loss = buildLoss(loaded);
  const data = await openData(loaded);
  try {
    checkBands(loaded, choice, ['model'], data.wavelengths);
    baselines.forEach((baseline, i) => checkBands(loaded, baseline, ['baselines', i], data.wavelengths));
  } catch (error) {
    await data.close();
    throw error;
  }
  const { stepsPerEpoch } = data.batches;
  const steps = toSteps(training.duration, stepsPerEpoch);
  const every = training.checkpoint_every;
  const { ema } = training;
  return {
    config,
    overrides: loaded.overrides,
    choice,
    baselines,
    data,
    steps,
    checkpointEvery: every === undefined ? undefined : toSteps(every, stepsPerEpoch),
    schedule: buildSchedule(training, steps, stepsPerEpoch),
    protocols,
    prediction: config.evaluation.prediction,
    buildModel({ definition, config: modelConfig }) {
      const model = definition.build(modelConfig, { seed });
      const { weights } = config.model;
      if (weights !== undefined && definition === choice.definition) {
        loadWeights(model, definition, modelConfig, readFileBytesSync(weights), { source: weights });
      }
      return model;
    },
    buildOptimizer: () => buildOptimizer(training),
    buildLoss: loss,
    buildAverage: () =>
      ema === undefined ? undefined : new WeightAverage({ decay: ema.decay, warmUp: ema.warm_up }),
  };
}
