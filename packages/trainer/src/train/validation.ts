import type { ValidationState } from '../checkpoint/checkpoint.js';

/** Validation while training; its scenes are neither trained on nor tested on. */
export interface ValidationOptions {
  /** Steps between two validations; the last step always has one. */
  readonly every: number;
  /**
   * Scores the model as it stands (with the averaged weights in it, where the run keeps an average). `metrics` is what is
   * logged; `metric` picks what counts.
   */
  readonly run: (step: number) => Promise<Readonly<Record<string, number>>>;
  /** Name of the value that says which weights are best. */
  readonly metric: string;
  /** Whether small or large values are better. */
  readonly mode: 'min' | 'max';
  /** Training ends early after this many validations in a row without a better value. */
  readonly patience?: number | undefined;
}

/** What is known after a validation. */
export interface ValidationRecord {
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly value: number;
  /** Whether it is the best of the run so far. */
  readonly isBest: boolean;
}

/** Takes one validation into the state. @throws when the metric is missing or not a number. */
export function judge(
  { metric, mode }: Pick<ValidationOptions, 'metric' | 'mode'>,
  step: number,
  metrics: Readonly<Record<string, number>>,
  before: ValidationState | undefined,
): { readonly record: ValidationRecord; readonly state: ValidationState } {
  const value = metrics[metric];
  if (value === undefined) {
    throw new Error(
      `train: validation has no '${metric}'; it gave ${Object.keys(metrics).join(', ') || 'nothing'}`,
    );
  }
  if (Number.isNaN(value)) {
    throw new Error(`train: '${metric}' of the validation after step ${step} is NaN`);
  }
  const isBest = before === undefined || (mode === 'min' ? value < before.best : value > before.best);
  const state = isBest
    ? { best: value, bestStep: step, sinceBest: 0 }
    : { ...before, sinceBest: before.sinceBest + 1 };
  return { record: { step, metrics, value, isBest }, state };
}
