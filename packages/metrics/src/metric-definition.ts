import type { Cube, MaskOptions } from './cube.js';

/** Everything that is particular to one metric; `metrics.ts` lists them. */
export interface MetricDefinition<Name extends string = string, Options extends MaskOptions = MaskOptions> {
  /** Name of the function and in protocols. */
  readonly name: Name;
  readonly compute: (truth: Cube, reconstruction: Cube, options?: Options) => number;
  readonly better: 'smaller' | 'larger';
  /** Score of a perfect reconstruction. */
  readonly perfect: number;
  /** Options in use, each of which is tested and documented; `{}` where there is one. */
  readonly variants: readonly Omit<Options, 'mask'>[];
  /** Where it comes from, for the README. */
  readonly source: string;
  /** What its options are, for the README. */
  readonly settings: string;
  /** True where `truth.wavelengths` are needed; a protocol leaves the column out where there are none. */
  readonly needsWavelengths?: boolean;
}

/** Keeps the types of a definition's name and options. */
export function defineMetric<const Name extends string, Options extends MaskOptions>(
  definition: MetricDefinition<Name, Options>,
): MetricDefinition<Name, Options> {
  return definition;
}
