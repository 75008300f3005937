import type { MetricName, MetricOptions } from '../metrics.js';

/** One column of a score table: the name it is reported under, the metric, and that metric's options. */
export type ProtocolColumn = {
  readonly [Name in MetricName]: {
    readonly key: string;
    readonly metric: Name;
    readonly options?: Omit<MetricOptions[Name], 'mask'>;
  };
}[MetricName];

/** A way of scoring, as data: everything that moves the numbers is written here and nowhere else. */
export interface Protocol {
  readonly name: string;
  /** One line for tables and `--help`. */
  readonly title: string;
  /** Where each choice comes from. */
  readonly source: string;
  /** Pixels cut off each side of both cubes before anything is computed. */
  readonly crop: number;
  /** Limits the reconstruction's values before anything is computed; null leaves them. */
  readonly clip: readonly [low: number, high: number] | null;
  /** Pixels whose mean true value is below this are left out of every metric; null keeps all. */
  readonly darkThreshold: number | null;
  readonly columns: readonly ProtocolColumn[];
  /** How scores of several scenes become one: the mean of the per-scene scores. */
  readonly aggregation: 'mean-over-scenes';
  /** What is known to be unusual, and what is our assumption. */
  readonly notes: readonly string[];
}
