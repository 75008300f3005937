import type { Split } from '@prismamba/datasets';
import { createRandom, deriveSeed } from '@prismamba/core';
import type { LoadedExperiment } from '../config/load-experiment.js';

/**
 * The split with its validation scenes: its own, or `data.validation` scenes drawn from the training scenes (of `pool`) by the seed.
 * Test scenes are never touched.
 *
 * @throws ConfigError where both are there, where too few training scenes would be left, or where validation is asked for
 *   and has no scene.
 */
export function withValidation(
  split: Split,
  experiment: LoadedExperiment,
  pool: readonly string[] = split.train,
): Split {
  const { data, training, seed } = experiment.config;
  const own = split.validation ?? [];
  const path = ['data', 'validation'];
  if (data.validation > 0 && own.length > 0) {
    throw experiment.error(
      path,
      `the split '${split.name}' names ${own.length} validation scenes of its own; leave data.validation at 0`,
    );
  }
  if (data.validation >= pool.length) {
    throw experiment.error(
      path,
      `wants ${data.validation} of ${pool.length} training scenes; at least one must be left for training`,
    );
  }
  const onTest = training.validation?.selection === 'test';
  if (training.validation !== undefined && !onTest && data.validation === 0 && own.length === 0) {
    throw experiment.error(
      ['training', 'validation'],
      `has no scenes: the split '${split.name}' names none; set data.validation to the number of training scenes to set apart`,
    );
  }
  if (training.use === 'best' && training.validation === undefined) {
    throw experiment.error(['training', 'use'], `'best' needs training.validation, which says what is best`);
  }
  const chosenOnTest = onTest
    ? [
        `the best weights are chosen on the ${split.test.length} TEST scenes (selection: test): scores are too good`,
      ]
    : [];
  if (data.validation === 0) return { ...split, notes: [...split.notes, ...chosenOnTest] };
  const order = createRandom(deriveSeed(seed, 'validation')).shuffle([...pool.keys()]);
  const drawn = new Set(order.slice(0, data.validation));
  const validation = pool.filter((_, i) => drawn.has(i));
  const chosen = new Set(validation);
  return {
    ...split,
    train: split.train.filter((id) => !chosen.has(id)),
    validation,
    notes: [
      ...split.notes,
      ...chosenOnTest,
      `validation on ${validation.length} scenes set apart from the training scenes (seed ${seed}): ${validation.join(', ')}`,
    ],
  };
}
