import { countParameters, disposeModel, saveWeights } from '@prismamba/models';
import { removeTemporaries } from '@prismamba/formats/node';
import { pixelBatches, type Checkpoint } from '@prismamba/trainer';
import { FolderLockedError, lockFolder, openRunLog, rewindRunLog } from '@prismamba/trainer/node';
import type * as tfl from '@tensorflow/tfjs-layers';
import { stringify } from 'yaml';
import { buildExperiment, type Experiment, type ModelChoice } from './build-experiment.js';
import { resolvedConfig } from './config/resolved-config.js';
import type { LoadedExperiment } from './config/load-experiment.js';
import { trainingMetadata } from './reconstruct/weights-metadata.js';
import { writeReport } from './report/write-report.js';
import { describeEnvironment, type Environment } from './run/environment.js';
import { evaluateModel } from './run/evaluate-model.js';
import { interrupted, onInterrupt } from './run/interrupt.js';
import { checkResumedEnvironment } from './run/resume-check.js';
import { keepChanges } from './run/changed-settings.js';
import { makeFreshFolder, openRunFolder, type RunFolder } from './run/run-folder.js';
import { keepSettings } from './run/settings-file.js';
import { scoresCsv, scoreTable, type ModelScores, type ScoresOf } from './run/score-table.js';
import { SceneFigures } from './run/scene-figures.js';
import { summariseRun } from './run/run-summary.js';
import { checkpointOf, trainModel, type TrainedModel, type TrainModelOptions } from './run/train-model.js';
import { identityOf, markFinished } from './sweep/identity.js';
import { secondsInLog } from './run/training-time.js';
import { UserError } from './user-error.js';
import { startBackend } from './start-backend.js';

export interface RunOptions {
  /** The run folder to go on in, from its newest checkpoint, or where a new one is made. */
  readonly place: { readonly resumed: string } | { readonly inside: string };
  /** Settings that differ from those that the run began with, a line each; allowed by the user. */
  readonly changed?: readonly string[];
  /** Steps whose time and memory are measured; none unless given. */
  readonly profileSteps?: number;
  readonly say: (text: string) => void;
}

/** Where a finished run is, and its table. */
export interface RunResult {
  readonly folder: string;
  /** Undefined where none was wanted. */
  readonly report: string | undefined;
  readonly table: string;
  /** One line that says what the table is not. */
  readonly caveat: string;
}

/**
 * The walk, in order: backend, data and models, run folder, training, baselines, evaluation on scenes that were not
 * trained on, scores, report.
 */
export async function runExperiment(loaded: LoadedExperiment, options: RunOptions): Promise<RunResult> {
  const interrupt = onInterrupt(options.say);
  const { threads } = loaded.config;
  try {
    const backend = await startBackend(loaded.config.backend, threads === undefined ? {} : { threads });
    const built = await buildExperiment(loaded);
    try {
      return await runInFolder(loaded, built, describeEnvironment(backend), interrupt.signal, options);
    } finally {
      await built.data.close();
    }
  } finally {
    interrupt.stop();
  }
}

async function runInFolder(
  loaded: LoadedExperiment,
  built: Experiment,
  environment: Environment,
  signal: AbortSignal,
  options: RunOptions,
): Promise<RunResult> {
  const { say, place } = options;
  const resume = 'resumed' in place;
  if (resume) say(checkResumedEnvironment(place.resumed, environment));
  if (signal.aborted) throw interrupted(signal, 'interrupted before the run began: nothing was written');
  const folder = openRunFolder(resume ? place.resumed : makeFreshFolder(place.inside));
  const unlock = lockRun(folder);
  try {
    // What writers left behind that were killed; nobody else writes into a folder that is locked.
    removeTemporaries(folder.path);
    // Before anything is written: a run that cannot go on stays as it is.
    const start = resume ? checkpointOf(folder, built.steps, say) : undefined;
    return await runLocked(loaded, built, environment, { signal, start, folder }, options);
  } finally {
    unlock();
  }
}

interface LockedRun {
  readonly signal: AbortSignal;
  readonly start: Checkpoint | undefined;
  readonly folder: RunFolder;
}

async function runLocked(
  loaded: LoadedExperiment,
  built: Experiment,
  environment: Environment,
  { signal, start, folder }: LockedRun,
  options: RunOptions,
): Promise<RunResult> {
  const { say } = options;
  const experiment = { ...built, overrides: keepSettings(folder, loaded.overrides) };
  folder.writeText('experiment.yaml', stringify(resolvedConfig(loaded.config)));
  folder.writeJson('environment.json', environment);
  say(introduction(experiment, environment));

  const changes = keepChanges(folder, start?.step ?? 0, options.changed ?? []);
  for (const change of changes) say(`note: ${change}\n`);
  if ('resumed' in options.place) rewindRunLog(folder.file('log.jsonl'), start?.step ?? 0);
  const secondsBefore = secondsInLog(folder.file('log.jsonl'));
  const log = openRunLog(folder.file('log.jsonl'));
  try {
    const started = performance.now();
    const { model, step, description } = await makeModel(experiment, {
      folder,
      log,
      start,
      signal,
      say,
      goOn: goOnWith(folder),
      profileSteps: options.profileSteps ?? 0,
    });
    const trainingSeconds = secondsBefore + (performance.now() - started) / 1000;
    folder.writeBytes(
      'weights.safetensors',
      await saveWeights(
        model,
        experiment.choice.definition,
        experiment.choice.config,
        'official',
        trainingMetadata(experiment.config.data, experiment.data.wavelengths),
      ),
    );

    const figures = new SceneFigures(experiment, folder);
    const evaluation = {
      figures,
      signal,
      goOn: `the last checkpoint is kept\n${goOnWith(folder)}`,
    };
    const scores: ModelScores[] = [];
    scores.push(await evaluateModel(experiment, experiment.choice, model, evaluation));
    disposeModel(model);
    for (const choice of experiment.baselines) {
      const baseline = await fitClosedForm(experiment, choice);
      scores.push(await evaluateModel(experiment, choice, baseline, evaluation));
      disposeModel(baseline);
    }
    for (const { model: name, mean } of scores) log.write('scores', { model: name, mean });

    const summary = summariseRun(experiment, environment, trainingSeconds, { step, description }, changes);
    folder.writeJson('scores.json', { summary, models: scores });
    folder.writeText('scores.csv', scoresCsv(scores, scoresOf(experiment)));
    figures.write();
    // A run that changed on its way is no run of any experiment: no sweep may take it for one.
    if (changes.length === 0) markFinished(folder, await identityOf(loaded.config));
    const report = experiment.config.report.html ? await writeReport(folder.path) : undefined;
    log.write('finished', { report });
    return {
      folder: folder.path,
      report,
      table: scoreTable(scores),
      caveat: caveatOf(experiment, step, description),
    };
  } catch (error) {
    // The log may be what failed (a full disk); the error itself is what the user must see.
    try {
      log.write('failed', { message: error instanceof Error ? error.message : String(error) });
    } catch {
      // nothing more can be written
    }
    throw error;
  } finally {
    log.close();
  }
}

/** Two processes in one run folder would mix logs and delete each other's checkpoints. */
function lockRun({ path }: RunFolder): () => void {
  try {
    return lockFolder(path);
  } catch (error) {
    if (error instanceof FolderLockedError) throw new UserError(error.message);
    throw error;
  }
}

/** The model of the experiment, trained by steps or solved at once. */
async function makeModel(experiment: Experiment, options: TrainModelOptions): Promise<TrainedModel> {
  const { choice } = experiment;
  if (choice.definition.fit === 'gradient') return trainModel(experiment, options);
  const model = await fitClosedForm(experiment, choice);
  return { model, step: 0, description: 'solved in closed form' };
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

const scoresOf = ({ config, overrides }: Experiment): ScoresOf => ({
  experiment: config.name,
  seed: config.seed,
  settings: overrides,
});

const goOnWith = ({ path }: RunFolder) => `go on with: prismamba train --resume ${path}`;

const parametersOf = ({ definition, config }: ModelChoice) => countParameters(definition.stateDict(config));

/** What a reader of the table must know. */
function caveatOf({ data, config, choice }: Experiment, steps: number, weights: string): string {
  const scenes = `${data.split.test.length} ${data.synthetic ? 'synthetic scenes (no photographs)' : 'scenes'} that were not trained on`;
  const training =
    choice.definition.fit === 'gradient' ? `; ${steps} steps, seed ${config.seed}, weights ${weights}` : '';
  return `means over ${scenes}${training}; * best of the row; our own numbers, none from a paper`;
}

function sceneCounts({ train, validation = [], test }: Experiment['data']['split']): string {
  const middle = validation.length === 0 ? '' : `, ${validation.length} validation`;
  return `${train.length} training${middle} and ${test.length} test scenes, none in two of them`;
}

function introduction(experiment: Experiment, { backend, machine }: Environment): string {
  const { config, choice, data, steps } = experiment;
  return [
    config.title,
    `  model    ${choice.definition.title}, ${parametersOf(choice).toLocaleString('en-US')} parameters`,
    `  data     ${data.description}; ${sceneCounts(data.split)}`,
    `  training ${steps} steps of ${config.training.batch_size} patches of ${config.patches.size} x ${config.patches.size}, seed ${config.seed}`,
    `  backend  ${backend.name} (${backend.reason}) on ${machine.cores} x ${machine.cpu}`,
    ...data.notes.map((note) => `  note     ${note}`),
    '',
  ].join('\n');
}
