import { nearestNames } from '@prismamba/core';
import { bestOf, isLargerBetter } from '../run/score-table.js';
import { sceneScores, verdictOf, type Verdict } from '../report/significance.js';
import { usageError } from '../user-error.js';
import { differingSettings, type ComparedRun } from './open-runs.js';
import { pairedComparison, type PairedRow } from './paired.js';

export interface Comparison {
  readonly runs: readonly ComparedRun[];
  readonly protocol: string;
  readonly metric: string;
  readonly better: 'larger' | 'smaller';
  /** Every score of the protocol. */
  readonly columns: readonly { readonly name: string; readonly verdict: Verdict }[];
  /** Settings that differ, with the value of each run. */
  readonly differences: ReadonlyMap<string, readonly (string | undefined)[]>;
  /** Which run the others are tested against, by place, and why that one. */
  readonly reference: number;
  readonly rule: 'best' | 'first';
  readonly paired: readonly PairedRow[];
}

export interface ComparisonOptions {
  readonly protocol: string;
  readonly metric: string;
  readonly against: 'best' | 'first';
}

function oneOf(option: string, value: string, known: readonly string[]): string {
  if (known.includes(value)) return value;
  const [nearest] = nearestNames(value, known, 1);
  throw usageError(
    `${option} ${value}: the runs have no such ${option.slice(2)}${nearest === undefined ? '' : `, did you mean '${nearest}'?`} They have: ${known.join(', ')}`,
  );
}

/** Scores, what differs, and a paired test of every run against the best (or the first) over the test scenes. */
export function compareRuns(
  runs: readonly ComparedRun[],
  { protocol, metric, against }: ComparisonOptions,
): Comparison {
  const models = runs.map(({ own }) => own);
  const shared = (lists: readonly (readonly string[])[]) =>
    lists[0]!.filter((name) => lists.every((list) => list.includes(name)));
  oneOf('--protocol', protocol, shared(models.map(({ mean }) => Object.keys(mean))));
  const columns = shared(models.map(({ mean }) => Object.keys(mean[protocol]!)));
  oneOf('--metric', metric, columns);
  // A score that is NaN everywhere has no best run; the first then stands for it.
  const reference = against === 'first' ? 0 : Math.max(0, bestOf(models, protocol, metric));
  const contenders = models.map((model) => {
    const values = sceneScores(model, protocol, metric);
    return { label: model.title, scenes: new Map(model.scenes.map(({ scene }, k) => [scene, values[k]!])) };
  });
  return {
    runs,
    protocol,
    metric,
    better: isLargerBetter(metric) ? 'larger' : 'smaller',
    columns: columns.map((name) => ({ name, verdict: verdictOf(models, protocol, name) })),
    differences: differingSettings(runs),
    reference,
    rule: against,
    paired: pairedComparison(
      contenders[reference]!,
      contenders.filter((_, i) => i !== reference),
    ),
  };
}

/** The comparison as plain values, for `--json`. */
export function comparisonJson({ runs, columns, differences, reference, ...rest }: Comparison) {
  const { protocol, metric, better, rule, paired } = rest;
  return {
    protocol,
    metric,
    better,
    scenes: runs[0]!.own.scenes.map(({ scene }) => scene),
    runs: runs.map(({ label, folder, summary, own }) => ({
      label,
      folder,
      model: own.model,
      parameters: own.parameters,
      seed: summary.seed,
      steps: summary.steps,
      scores: own.mean[protocol],
    })),
    best: Object.fromEntries(
      columns.map(({ name, verdict }) => [
        name,
        {
          run: runs[verdict.best]?.label ?? null,
          significant: verdict.significant,
          pValue: verdict.pValue ?? null,
        },
      ]),
    ),
    differences: Object.fromEntries(
      [...differences].map(([key, values]) => [
        key,
        values.map((value): unknown => (value === undefined ? null : JSON.parse(value))),
      ]),
    ),
    paired: {
      reference: runs[reference]!.label,
      rule,
      test: "Wilcoxon's signed-rank test over scenes, two-sided, exact",
      correction: 'Holm',
      rows: paired.map(({ label, ...row }) => ({
        run: label,
        ...row,
        medianDifference: row.medianDifference ?? null,
        pValue: row.pValue ?? null,
        adjusted: row.adjusted ?? null,
        effect: row.effect ?? null,
      })),
    },
  };
}
