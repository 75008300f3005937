import { weightedLoss, type Loss } from '@prismamba/trainer';
import { losses, type LossDefinition } from '@prismamba/trainer/internal';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { LoadedExperiment } from '../config/load-experiment.js';
import type { LossTerm } from '../config/training-schema.js';

/** The settings that are given: a loss fills in its own defaults. */
function settingsOf({ weight: _weight, ...settings }: LossTerm): Record<string, number> {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Record<string, number>;
}

function make(definition: LossDefinition, term: LossTerm, model: tfl.LayersModel): Loss {
  return definition.make(settingsOf(term), {
    weightOf(layer) {
      const weight = model.getLayer(layer).weights[0]!;
      return () => weight.read();
    },
  });
}

/** The loss of an experiment by name, or the weighted sum of several. Checked before anything runs. */
export function buildLoss(experiment: LoadedExperiment): (model: tfl.LayersModel) => Loss {
  const { loss } = experiment.config.training;
  const path = ['training', 'loss'];
  const given = Object.entries(typeof loss === 'string' ? { [loss]: 1 } : loss);
  if (given.length === 0) throw experiment.error(path, 'names no loss, wanted at least one');
  const terms = given.map(([name, value]) => ({
    // The schema knows the names of the same list.
    definition: losses.find((one) => one.name === name)!,
    term: typeof value === 'number' ? { weight: value } : value!,
  }));
  for (const { definition, term } of terms) {
    const { name, settings, model } = definition;
    for (const key of Object.keys(settingsOf(term))) {
      if (Object.hasOwn(settings, key)) continue;
      const known = ['weight', ...Object.keys(settings)].join(', ');
      throw experiment.error([...path, name, key], `the loss '${name}' has no '${key}'; it takes ${known}`);
    }
    if (model !== undefined && experiment.config.model.name !== model) {
      throw experiment.error(
        [...path, name],
        `needs the model '${model}', whose ${name.split('-').at(-1)} it trains`,
      );
    }
  }
  if (typeof loss === 'string') return (model) => make(terms[0]!.definition, terms[0]!.term, model);
  return (model) =>
    weightedLoss(
      terms.map(({ definition, term }) => ({
        name: definition.name,
        weight: term.weight,
        loss: make(definition, term, model),
      })),
    );
}
