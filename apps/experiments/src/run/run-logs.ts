import { join } from 'node:path';
import { toSteps } from '../config/duration.js';
import type { StepRecord, ValidationRecord } from '@prismamba/trainer';
import {
  openMlflow,
  openTensorboard,
  type MlflowRun,
  type RunLog,
  type TensorboardLog,
} from '@prismamba/trainer/node';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Experiment } from '../build-experiment.js';
import type { RunFolder } from './run-folder.js';

/** Where training writes what happens: the run's JSONL log, and the others that the experiment asks for. */
export interface TrainingLogs {
  step(record: StepRecord): Promise<void>;
  validation(record: ValidationRecord): void;
  checkpoint(step: number, path: string): void;
  /** Ends the logs; `status` is what an MLflow server is told. */
  close(status: 'FINISHED' | 'FAILED' | 'KILLED'): Promise<void>;
}

export interface TrainingLogsOptions {
  readonly experiment: Experiment;
  readonly folder: RunFolder;
  readonly log: RunLog;
  readonly model: tfl.LayersModel;
  readonly startStep: number;
  readonly say: (text: string) => void;
}

/** Id of the MLflow run, so that a resumed run goes on in it. */
const MLFLOW_FILE = 'mlflow-run.txt';

async function openMlflowRun({
  experiment,
  folder,
  say,
  startStep,
}: TrainingLogsOptions): Promise<MlflowRun | undefined> {
  const { config, choice } = experiment;
  const { mlflow } = config.logging;
  if (mlflow === undefined) return undefined;
  const runId = startStep > 0 ? folder.readText(MLFLOW_FILE)?.trim() : undefined;
  const run = await openMlflow({
    url: mlflow,
    experiment: config.name,
    runName: folder.path,
    params: {
      model: choice.definition.key,
      seed: String(config.seed),
      training: JSON.stringify(config.training),
    },
    ...(runId === undefined ? {} : { runId }),
    onProblem: (error) => say(`\n${error.message}; training goes on\n`),
  });
  folder.writeText(MLFLOW_FILE, `${run.runId}\n`);
  return run;
}

async function writeHistograms(board: TensorboardLog, model: tfl.LayersModel, step: number): Promise<void> {
  for (const weight of model.weights) {
    board.histogram(`weights/${weight.originalName}`, await weight.read().data<'float32'>(), step);
  }
}

/** Opens the logs of a training. @throws when a server that was asked for does not answer. */
export async function openTrainingLogs(options: TrainingLogsOptions): Promise<TrainingLogs> {
  const { experiment, folder, log, model, startStep } = options;
  const { tensorboard, histograms_every: every } = experiment.config.logging;
  const mlflow = await openMlflowRun(options);
  const board = tensorboard ? openTensorboard(join(folder.path, 'tensorboard'), { startStep }) : undefined;
  const { stepsPerEpoch } = experiment.data.batches;
  const histograms = every === undefined ? Infinity : toSteps(every, stepsPerEpoch);
  const all = (values: Readonly<Record<string, number>>, step: number) => {
    for (const [tag, value] of Object.entries(values)) board?.scalar(tag, value, step);
    mlflow?.metrics(values, step);
  };
  return {
    async step({ step, loss, learningRate, patchesPerSecond, waitSeconds, terms = {} }) {
      log.write('step', {
        step,
        loss,
        learningRate,
        patchesPerSecond,
        waitSeconds,
        ...(Object.keys(terms).length === 0 ? {} : { terms }),
      });
      const named = Object.entries(terms).map(([name, value]) => [`loss/${name}`, value] as const);
      all({ loss, learning_rate: learningRate, ...Object.fromEntries(named) }, step);
      if (board !== undefined && step % histograms === 0) await writeHistograms(board, model, step);
    },
    validation({ step, metrics, isBest }) {
      log.write('validation', { step, metrics, isBest });
      const named = Object.entries(metrics).map(([name, value]) => [`validation/${name}`, value] as const);
      all(Object.fromEntries(named), step);
    },
    checkpoint: (step, path) => log.write('checkpoint', { step, path }),
    async close(status) {
      board?.close();
      await mlflow?.finish(status);
    },
  };
}
