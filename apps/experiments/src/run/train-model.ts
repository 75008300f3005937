import { getProtocol } from '@prismamba/metrics';
import { countParameters, disposeModel, loadWeights, saveWeights } from '@prismamba/models';
import {
  evaluateScenes,
  restoreCheckpoint,
  train,
  type Checkpoint,
  type TrainOptions,
  type ValidationOptions,
} from '@prismamba/trainer';
import { formatProfile, profile, writeWeights, type Profile } from '@prismamba/trainer/internal';
import {
  latestCheckpoint,
  listBest,
  loadCheckpoint,
  saveBest,
  saveCheckpoint,
  type RunLog,
} from '@prismamba/trainer/node';
import { readFileBytesSync } from '@prismamba/formats/node';
import { nearestNames } from '@prismamba/core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { join } from 'node:path';
import type { Experiment } from '../build-experiment.js';
import { toSteps } from '../config/duration.js';
import { interrupted } from './interrupt.js';
import { UserError } from '../user-error.js';
import { predictorOf } from '../engine/open-engine.js';
import { reconstructorOf } from './evaluate-model.js';
import { divergenceWarning } from './divergence-warning.js';
import { trainingProgress } from './progress.js';
import type { RunFolder } from './run-folder.js';
import { openTrainingLogs } from './run-logs.js';
import { isLargerBetter } from './score-table.js';
import { trainingMetadata } from '../reconstruct/weights-metadata.js';

export interface TrainModelOptions {
  readonly folder: RunFolder;
  readonly log: RunLog;
  /** Where to go on; from the start unless given. */
  readonly start: Checkpoint | undefined;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  /** The command that goes on with this run. */
  readonly goOn: string;
  /** Steps that are measured, after two that are not; 0 for none. */
  readonly profileSteps: number;
}

/** Which weights a run ends with. */
export interface TrainedModel {
  readonly model: tfl.LayersModel;
  /** Steps done. */
  readonly step: number;
  /** For reports: `after step 4000 (best PSNR on validation scenes)`. */
  readonly description: string;
}

/** The validation of an experiment: the protocol `standard` on the validation scenes. */
function validationOf(experiment: Experiment, model: tfl.LayersModel): ValidationOptions | undefined {
  const { validation } = experiment.config.training;
  if (validation === undefined) return undefined;
  const { data, choice } = experiment;
  const protocol = getProtocol('standard');
  const columns = protocol.columns.map(({ key }) => key);
  if (!columns.includes(validation.metric)) {
    const [nearest] = nearestNames(validation.metric, columns, 1);
    const hint = nearest === undefined ? '' : `, did you mean '${nearest}'?`;
    throw new UserError(
      `training.validation.metric: unknown metric '${validation.metric}'${hint} Metrics: ${columns.join(', ')}`,
    );
  }
  return {
    every: toSteps(validation.every, data.batches.stepsPerEpoch),
    metric: validation.metric,
    mode: isLargerBetter(validation.metric) ? 'max' : 'min',
    patience: validation.patience,
    run: async () => {
      const reconstruct = reconstructorOf(experiment, predictorOf(choice.definition, model));
      const ids = validation.selection === 'test' ? data.split.test : (data.split.validation ?? []);
      const found = await evaluateScenes({ ids, load: data.load, protocols: [protocol], reconstruct });
      const mean = found.mean[protocol.name]!;
      if (!Number.isNaN(mean[validation.metric])) return mean;
      throw new UserError(
        `training.validation.metric: ${validation.metric} of the validation scenes is NaN, which tells no better weights from worse: ${found.notes.join('; ')}. Name another metric, or leave the scene out`,
      );
    },
  };
}

/**
 * Trains the model of an experiment by steps, and gives it back with the weights that the experiment asks for: the best of
 * validation, the averaged ones, or the last.
 *
 * @throws UserError when interrupted.
 */
export async function trainModel(experiment: Experiment, options: TrainModelOptions): Promise<TrainedModel> {
  const { folder, log, start, signal, say, goOn } = options;
  const { choice, config, steps } = experiment;
  const { definition } = choice;
  const startStep = start?.step ?? 0;
  const model = experiment.buildModel(choice);
  const optimizer = experiment.buildOptimizer();
  const average = experiment.buildAverage();
  const loss = experiment.buildLoss(model);
  const checkpoints = folder.file('checkpoints');
  const validation = validationOf(experiment, model);
  if (start !== undefined) {
    restoreCheckpoint(model, optimizer, start);
    if (start.average !== undefined) average?.restore(start.average);
    say(`resuming after step ${startStep} of ${steps}\n`);
  }
  const parameters = countParameters(definition.stateDict(choice.config));
  log.write(start === undefined ? 'started' : 'resumed', { steps, startStep, seed: config.seed, parameters });
  const logs = await openTrainingLogs({ experiment, folder, log, model, startStep, say });
  const progress = trainingProgress(steps, startStep);
  const warnOfDivergence = divergenceWarning(say, start?.lowestLoss);
  let status: 'FINISHED' | 'FAILED' | 'KILLED' = 'FAILED';
  try {
    const result = await train({
      model,
      loss,
      optimizer,
      average,
      schedule: experiment.schedule,
      batches: experiment.data.batches,
      steps,
      startStep,
      seed: config.seed,
      clipNorm: config.training.clip_norm,
      microBatch: config.training.micro_batch,
      divergenceFactor: config.training.divergence_factor,
      detectAnomaly: config.training.detect_anomaly,
      validation,
      startValidation: start?.validation,
      startLowestLoss: start?.lowestLoss,
      checkpointEvery: experiment.checkpointEvery,
      notes: { experiment: config.name, model: definition.key },
      saveCheckpoint: (checkpoint: Checkpoint) => {
        folder.requireThere();
        const path = saveCheckpoint(checkpoints, checkpoint);
        logs.checkpoint(checkpoint.step, path);
        return path;
      },
      aroundStep: profiler(model, startStep, options),
      onStep: async (record) => {
        folder.requireThere();
        progress.update(record);
        warnOfDivergence(record);
        await logs.step(record);
      },
      onValidation: async (record) => {
        logs.validation(record);
        progress.validated(validation!.metric, record.value, record.isBest);
        const bytes = await saveWeights(
          model,
          definition,
          choice.config,
          'official',
          trainingMetadata(config.data, experiment.data.wavelengths),
        );
        const kept = { step: record.step, value: record.value, bytes: () => bytes };
        saveBest(folder.makeFolder('best'), kept, {
          mode: validation!.mode,
          keep: config.training.validation!.keep,
        });
      },
      signal,
    });
    if (result.outcome === 'interrupted') {
      status = 'KILLED';
      throw interrupted(
        signal,
        `interrupted after step ${result.step} of ${steps}; the checkpoint is kept: ${result.lastCheckpoint}\n${goOn}`,
      );
    }
    status = 'FINISHED';
    if (result.outcome === 'stopped early') {
      say(
        `\nstopped early after step ${result.step} of ${steps}: no better ${validation!.metric} since step ${result.validation!.bestStep}\n`,
      );
    }
    if (average !== undefined) writeWeights(model, (await average.state()).averages);
    const description = takeBest(experiment, model, folder, result.step);
    return { model, step: result.step, description };
  } catch (error) {
    disposeModel(model);
    throw error;
  } finally {
    progress.stop();
    optimizer.dispose();
    average?.dispose();
    await logs.close(status);
  }
}

/** The steps at the start of a run compile kernels and fill caches: they are not measured. */
const WARM_UP_STEPS = 2;

/** Measures the steps that are asked for, and writes `profile.txt` and `profile.trace.json` into the run folder. */
function profiler(
  model: tfl.LayersModel,
  startStep: number,
  { profileSteps, folder, say }: TrainModelOptions,
): NonNullable<TrainOptions['aroundStep']> {
  const profiles: Profile[] = [];
  return async (step, run) => {
    const index = step - startStep - WARM_UP_STEPS;
    if (index < 1 || index > profileSteps) return run();
    let result: Awaited<ReturnType<typeof run>> | undefined;
    profiles.push(
      await profile(model, async (onUpdate) => {
        result = await run(onUpdate);
      }),
    );
    if (index === profileSteps) {
      const fastest = profiles.reduce((best, one) => (one.milliseconds < best.milliseconds ? one : best));
      const text = `step ${step}, the fastest of ${profileSteps} steps\n${formatProfile(fastest)}\n`;
      folder.writeText('profile.txt', text);
      folder.writeJson('profile.trace.json', fastest.trace);
      say(
        `\n${text}\nprofile: ${folder.file('profile.txt')}, ${folder.file('profile.trace.json')} (chrome://tracing)\n`,
      );
    }
    return result!;
  };
}

/** Puts the best weights of validation into the model, where the experiment uses them; says which weights it holds. */
function takeBest(
  { config, choice }: Experiment,
  model: tfl.LayersModel,
  folder: RunFolder,
  step: number,
): string {
  const { validation, use, ema } = config.training;
  const averaged = ema === undefined ? '' : `, moving average ${ema.decay}`;
  if (validation === undefined || use === 'last') return `after step ${step}${averaged}`;
  const [best] = listBest(folder.file('best'));
  if (best === undefined) throw new Error('trainModel: no validation was kept');
  const path = join(folder.file('best'), best.file);
  loadWeights(model, choice.definition, choice.config, readFileBytesSync(path), { source: path });
  return `after step ${best.step}${averaged}: best ${validation.metric} (${best.value.toFixed(4)}) on the ${validation.selection === 'test' ? 'TEST' : 'validation'} scenes`;
}

/**
 * The newest whole checkpoint of a run that is to have `steps` steps, or undefined where it has none yet; damaged ones are passed over
 * and named.
 *
 * @throws UserError where more steps are done already.
 */
export function checkpointOf(
  folder: RunFolder,
  steps: number,
  say: (text: string) => void,
): Checkpoint | undefined {
  const checkpoints = folder.file('checkpoints');
  if (latestCheckpoint(checkpoints) === undefined) {
    say('this run has no checkpoint yet: starting again from step 0\n');
    return undefined;
  }
  const found = loadCheckpoint(checkpoints, {
    onDamaged: (file, error) => say(`passed over a damaged checkpoint: ${file}: ${error.message}\n`),
  });
  if (found.step <= steps) return found;
  throw new UserError(
    `training.duration: ${steps} steps, but the run has done ${found.step} already; give ${found.step} steps or more`,
  );
}
