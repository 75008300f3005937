import {
  agdDegradationLoss,
  agdRankLoss,
  charbonnierLoss,
  l1Loss,
  mraeLoss,
  mseLoss,
  samLoss,
  weightedLoss,
  type Loss,
} from '@prismamba/trainer';
import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { LoadedExperiment } from '../config/load-experiment.js';
import type { LossName, TrainingConfig } from '../config/training-schema.js';

type Term = Exclude<Exclude<TrainingConfig['loss'], string>[LossName], undefined | number>;
type Settings = Omit<Term, 'weight'>;

/** Which settings each loss takes. */
const SETTINGS: Readonly<Record<LossName, readonly (keyof Settings)[]>> = {
  l1: [],
  mse: [],
  mrae: ['epsilon'],
  charbonnier: ['epsilon'],
  sam: ['epsilon'],
  'agd-rank-released': ['window', 'stride'],
  'agd-rank-intended': ['window', 'stride'],
  'agd-degradation': [],
};

/** The settings that are given: a loss fills in its own defaults. */
function given(settings: Settings): { readonly [K in keyof Settings]?: NonNullable<Settings[K]> } {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** The kernel of AGD-Net's degradation, [3, 3, bands, 3], read at each step. */
function degradationKernel(model: tfl.LayersModel): () => tf.Tensor4D {
  const weight = model.getLayer('degradation').weights[0]!;
  return () => weight.read() as tf.Tensor4D;
}

const makers: Readonly<Record<LossName, (settings: Settings, model: tfl.LayersModel) => Loss>> = {
  l1: () => l1Loss,
  mse: () => mseLoss,
  mrae: (settings) => mraeLoss(given(settings)),
  charbonnier: (settings) => charbonnierLoss(given(settings)),
  sam: (settings) => samLoss(given(settings)),
  'agd-rank-released': (settings) => agdRankLoss({ ...given(settings), form: 'released' }),
  'agd-rank-intended': (settings) => agdRankLoss({ ...given(settings), form: 'intended' }),
  'agd-degradation': (_, model) => agdDegradationLoss({ kernel: degradationKernel(model) }),
};

/** The loss of an experiment by name, or the weighted sum of several. Checked before anything runs. */
export function buildLoss(experiment: LoadedExperiment): (model: tfl.LayersModel) => Loss {
  const { loss } = experiment.config.training;
  const path = ['training', 'loss'];
  const terms = typeof loss === 'string' ? { [loss]: 1 } : loss;
  const names = Object.keys(terms) as LossName[];
  if (names.length === 0) throw experiment.error(path, 'names no loss, wanted at least one');
  const settingsOf = (name: LossName): Term => {
    const term = (terms as Record<LossName, Term | number>)[name];
    return typeof term === 'number' ? { weight: term } : term;
  };
  for (const name of names) {
    for (const key of Object.keys(given(settingsOf(name))) as (keyof Term)[]) {
      if (key === 'weight' || SETTINGS[name].includes(key)) continue;
      const known = ['weight', ...SETTINGS[name]].join(', ');
      throw experiment.error([...path, name, key], `the loss '${name}' has no '${key}'; it takes ${known}`);
    }
    if (name === 'agd-degradation' && experiment.config.model.name !== 'agd-net') {
      throw experiment.error([...path, name], `needs the model 'agd-net', whose degradation it trains`);
    }
  }
  if (typeof loss === 'string') return (model) => makers[loss]({}, model);
  return (model) =>
    weightedLoss(
      names.map((name) => {
        const { weight, ...settings } = settingsOf(name);
        return { name, weight, loss: makers[name](settings, model) };
      }),
    );
}
