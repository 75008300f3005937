import { startBackend } from '@prismamba/backend';
import { countParameters, disposeModel, saveWeights } from '@prismamba/models';
import { pixelBatches, restoreCheckpoint, train, type Checkpoint, type StepRecord } from '@prismamba/trainer';
import { loadCheckpoint, openRunLog, saveCheckpoint, type RunLog } from '@prismamba/trainer/node';
import type * as tfl from '@tensorflow/tfjs-layers';
import { stringify } from 'yaml';
import { buildExperiment, type Experiment, type ModelChoice } from './build-experiment.js';
import { resolvedConfig } from './config/resolved-config.js';
import type { LoadedExperiment } from './config/load-experiment.js';
import { writeReport } from './report/write-report.js';
import { describeEnvironment, type Environment } from './run/environment.js';
import { evaluateModel } from './run/evaluate-model.js';
import { onInterrupt } from './run/interrupt.js';
import { trainingProgress } from './run/progress.js';
import { openRunFolder, type RunFolder } from './run/run-folder.js';
import { scoresCsv, scoreTable, type ModelScores } from './run/score-table.js';
import { SceneFigures } from './run/scene-figures.js';
import { summariseRun } from './run/run-summary.js';
import { UserError } from './user-error.js';

export interface RunOptions {
  /** Folder of this run. */
  readonly folder: string;
  /** Go on from the newest checkpoint in the folder. */
  readonly resume?: boolean;
  readonly say: (text: string) => void;
}

/** Where a finished run is, and its table. */
export interface RunResult {
  readonly folder: string;
  readonly report: string;
  readonly table: string;
  /** One line that says what the table is not. */
  readonly caveat: string;
}

/**
 * The walk, in order: backend, data and models, run folder, training, baselines, evaluation on scenes that were not
 * trained on, scores, report.
 */
export async function runExperiment(loaded: LoadedExperiment, options: RunOptions): Promise<RunResult> {
  const { say } = options;
  const { threads } = loaded.config;
  const backend = await startBackend(loaded.config.backend, threads === undefined ? {} : { threads });
  const experiment = await buildExperiment(loaded);
  const environment = describeEnvironment(backend);
  const folder = openRunFolder(options.folder);
  folder.writeText('experiment.yaml', stringify(resolvedConfig(loaded.config)));
  folder.writeJson('environment.json', environment);
  say(introduction(experiment, environment));

  const log = openRunLog(folder.file('log.jsonl'));
  const interrupt = onInterrupt(say);
  try {
    const started = performance.now();
    const model = await trainModel(experiment, folder, log, options, interrupt.signal);
    const trainingSeconds = (performance.now() - started) / 1000;
    folder.writeBytes(
      'weights.safetensors',
      await saveWeights(model, experiment.choice.definition, experiment.choice.config),
    );

    const figures = new SceneFigures(experiment, folder);
    const evaluation = { figures, signal: interrupt.signal, goOn: goOnWith(folder) };
    const scores: ModelScores[] = [];
    scores.push(await evaluateModel(experiment, experiment.choice, model, evaluation));
    disposeModel(model);
    for (const choice of experiment.baselines) {
      const baseline = await fitClosedForm(experiment, choice);
      scores.push(await evaluateModel(experiment, choice, baseline, evaluation));
      disposeModel(baseline);
    }
    for (const { model: name, mean } of scores) log.write('scores', { model: name, mean });

    const summary = summariseRun(experiment, environment, trainingSeconds);
    folder.writeJson('scores.json', { summary, models: scores });
    folder.writeText('scores.csv', scoresCsv(scores));
    figures.write();
    const report = await writeReport(folder.path);
    log.write('finished', { report });
    return { folder: folder.path, report, table: scoreTable(scores), caveat: caveatOf(experiment) };
  } catch (error) {
    // The log may be what failed (a full disk); the error itself is what the user must see.
    try {
      log.write('failed', { message: error instanceof Error ? error.message : String(error) });
    } catch {
      // nothing more can be written
    }
    throw error;
  } finally {
    interrupt.stop();
    log.close();
    await experiment.data.close();
  }
}

/** The model of the experiment, trained by steps or solved at once. @throws UserError when interrupted. */
async function trainModel(
  experiment: Experiment,
  folder: RunFolder,
  log: RunLog,
  { say, resume = false }: RunOptions,
  signal: AbortSignal,
): Promise<tfl.LayersModel> {
  const { choice, config, steps } = experiment;
  if (choice.definition.fit === 'closed-form') return fitClosedForm(experiment, choice);
  const model = experiment.buildModel(choice);
  const optimizer = experiment.buildOptimizer();
  const checkpoints = folder.file('checkpoints');
  let startStep = 0;
  if (resume) {
    const checkpoint = loadCheckpoint(checkpoints);
    restoreCheckpoint(model, optimizer, checkpoint);
    startStep = checkpoint.step;
    say(`resuming after step ${startStep} of ${steps}\n`);
  }
  log.write(resume ? 'resumed' : 'started', {
    steps,
    startStep,
    seed: config.seed,
    parameters: parametersOf(choice),
  });
  const progress = trainingProgress(steps, startStep);
  try {
    const result = await train({
      model,
      loss: experiment.loss,
      optimizer,
      schedule: experiment.schedule,
      batches: experiment.data.batches,
      steps,
      startStep,
      seed: config.seed,
      clipNorm: config.training.clip_norm,
      checkpointEvery: experiment.checkpointEvery,
      notes: { experiment: config.name, model: choice.definition.key },
      saveCheckpoint: (checkpoint: Checkpoint) => {
        const path = saveCheckpoint(checkpoints, checkpoint);
        log.write('checkpoint', { step: checkpoint.step, path });
        return path;
      },
      onStep: (record: StepRecord) => {
        progress.update(record);
        const { step, loss, learningRate, patchesPerSecond } = record;
        log.write('step', { step, loss, learningRate, patchesPerSecond });
      },
      signal,
    });
    if (result.outcome === 'interrupted') {
      throw new UserError(
        `interrupted after step ${result.step} of ${steps}; the checkpoint is kept: ${result.lastCheckpoint}\n` +
          goOnWith(folder),
      );
    }
    return model;
  } catch (error) {
    disposeModel(model);
    throw error;
  } finally {
    progress.stop();
    optimizer.dispose();
  }
}

/** Solves a closed-form model from the pixels of the training scenes. */
async function fitClosedForm(
  { data, buildModel }: Experiment,
  choice: ModelChoice,
): Promise<tfl.LayersModel> {
  const { definition, config } = choice;
  const model = buildModel(choice);
  const fit = definition.fitPixels?.bind(definition);
  if (fit === undefined) throw new Error(`runExperiment: model '${definition.key}' has no fitPixels`);
  await fit(model, config, pixelBatches(data.split.train, data.load));
  return model;
}

const goOnWith = ({ path }: RunFolder) => `go on with: prismamba train --resume ${path}`;

const parametersOf = ({ definition, config }: ModelChoice) => countParameters(definition.stateDict(config));

/** What a reader of the table must know. */
function caveatOf({ data, steps, config, choice }: Experiment): string {
  const scenes = `${data.split.test.length} ${data.synthetic ? 'synthetic scenes (no photographs)' : 'scenes'} that were not trained on`;
  const training = choice.definition.fit === 'gradient' ? `; ${steps} steps, seed ${config.seed}` : '';
  return `means over ${scenes}${training}; * best of the row; our own numbers, none from a paper`;
}

function introduction(experiment: Experiment, { backend, machine }: Environment): string {
  const { config, choice, data, steps } = experiment;
  return [
    config.title,
    `  model    ${choice.definition.title}, ${parametersOf(choice).toLocaleString('en-US')} parameters`,
    `  data     ${data.description}; ${data.split.train.length} training and ${data.split.test.length} test scenes, none in both`,
    `  training ${steps} steps of ${config.training.batch_size} patches of ${config.patches.size} x ${config.patches.size}, seed ${config.seed}`,
    `  backend  ${backend.name} (${backend.reason}) on ${machine.cores} x ${machine.cpu}`,
    ...data.notes.map((note) => `  note     ${note}`),
    '',
  ].join('\n');
}
