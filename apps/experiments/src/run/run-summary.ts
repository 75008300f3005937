import { countParameters } from '@prismamba/models';
import type { Experiment } from '../build-experiment.js';
import type { ExperimentConfig } from '../config/experiment-schema.js';
import type { Environment } from './environment.js';

/** What a table must say beside its numbers. */
export interface RunSummary {
  readonly title: string;
  readonly about: string;
  readonly command: string;
  /** Changes to the experiment file for this run, as typed. */
  readonly overrides: readonly string[];
  readonly expected: string;
  readonly model: string;
  readonly parameters: number;
  readonly data: string;
  readonly synthetic: boolean;
  readonly split: {
    readonly name: string;
    readonly train: readonly string[];
    readonly validation?: readonly string[];
    readonly test: readonly string[];
  };
  readonly rgb: string;
  readonly patches: string;
  readonly steps: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly loss: string;
  readonly prediction: string;
  readonly protocols: readonly {
    readonly name: string;
    readonly title: string;
    readonly notes: readonly string[];
  }[];
  readonly notes: readonly string[];
  readonly trainingSeconds: number;
  /** Which weights were scored: after which step, best or last, averaged or not. */
  readonly weights: string;
  readonly environment: Environment;
}

function describeLoss(loss: ExperimentConfig['training']['loss']): string {
  if (typeof loss === 'string') return loss;
  return Object.entries(loss)
    .map(([name, term]) => `${typeof term === 'number' ? term : term!.weight} ${name}`)
    .join(' + ');
}

function describePatches({ size, stride, augment, exposure, photo }: ExperimentConfig['patches']): string {
  const drawn =
    photo !== undefined
      ? ', RGB by cameras, lights and exposures that are drawn'
      : exposure !== undefined
        ? `, exposure ${exposure.join(' to ')}`
        : '';
  return `${size} x ${size}, stride ${stride}, augmentation ${augment}${drawn}`;
}

export function summariseRun(
  experiment: Experiment,
  environment: Environment,
  trainingSeconds: number,
  trained: { readonly step: number; readonly description: string },
  changes: readonly string[] = [],
): RunSummary {
  const { config, choice, data, prediction } = experiment;
  const { patches, training } = config;
  const { name: predictionName, ...predictionOptions } = prediction;
  return {
    title: config.title,
    about: config.about,
    command: config.command,
    overrides: experiment.overrides,
    expected: config.expected,
    model: choice.definition.title,
    parameters: countParameters(choice.definition.stateDict(choice.config)),
    data: data.description,
    synthetic: data.synthetic,
    split: {
      name: data.split.name,
      train: data.split.train,
      ...(data.split.validation === undefined ? {} : { validation: data.split.validation }),
      test: data.split.test,
    },
    rgb: config.data.rgb,
    patches: describePatches(patches),
    steps: trained.step,
    batchSize: training.batch_size,
    seed: config.seed,
    loss: describeLoss(training.loss),
    prediction: [
      predictionName,
      ...Object.entries(predictionOptions).map(([key, value]) => `${key} ${String(value)}`),
      ...(config.evaluation.self_ensemble > 1 ? [`self-ensemble x${config.evaluation.self_ensemble}`] : []),
    ].join(', '),
    protocols: experiment.protocols.map(({ name, title, notes }) => ({ name, title, notes })),
    notes: [...data.notes, ...changes],
    trainingSeconds,
    weights: trained.description,
    environment,
  };
}
