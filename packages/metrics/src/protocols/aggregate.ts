import { MetricArgumentError } from '../cube.js';
import type { Scores } from './evaluate-protocol.js';

/** How one column spreads over the scenes. */
export interface Summary {
  readonly mean: number;
  /** Sample standard deviation (divide by n - 1); 0 for one scene. */
  readonly std: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/**
 * One score per column for a data set: the mean of the per-scene scores, as every protocol here aggregates. A NaN or
 * Infinity in one scene is kept and shows in the mean: a table must not hide it.
 *
 * @throws MetricArgumentError when there is no scene, or scenes were scored under different protocols
 */
export function aggregate(scenes: readonly Scores[]): Scores {
  const columns = columnsOf('aggregate', scenes);
  return Object.fromEntries(columns.map((key) => [key, meanOf(scenes.map((scores) => scores[key]!))]));
}

/** Mean, standard deviation, extremes and number of scenes of each column. Errors as {@link aggregate}. */
export function summarise(scenes: readonly Scores[]): Readonly<Record<string, Summary>> {
  const columns = columnsOf('summarise', scenes);
  return Object.fromEntries(
    columns.map((key) => {
      const values = scenes.map((scores) => scores[key]!);
      const mean = meanOf(values);
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      const std = values.length === 1 ? 0 : Math.sqrt(squares / (values.length - 1));
      return [key, { mean, std, min: Math.min(...values), max: Math.max(...values), count: values.length }];
    }),
  );
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function columnsOf(caller: string, scenes: readonly Scores[]): string[] {
  const [first] = scenes;
  if (first === undefined) {
    throw new MetricArgumentError(`${caller}: the list of scenes is empty, but a mean needs at least one.`);
  }
  const columns = Object.keys(first);
  scenes.forEach((scores, n) => {
    const own = Object.keys(scores);
    if (own.length !== columns.length || columns.some((key) => !Object.hasOwn(scores, key))) {
      throw new MetricArgumentError(
        `${caller}: scene ${n} has the columns ${own.join(', ')}, but scene 0 has ${columns.join(', ')}; ` +
          `score all scenes under one protocol.`,
      );
    }
  });
  return columns;
}
