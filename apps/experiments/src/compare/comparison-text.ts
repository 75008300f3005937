import { formatScore } from '../run/score-table.js';
import { LEVEL, smallestPValue } from '../report/significance.js';
import type { Comparison } from './comparison.js';

export interface TextTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const MARK = ' *';

/** A row a run, best first; the best score of a column is marked where the scenes bear it out. */
export function scoresText({ runs, protocol, metric, better, columns }: Comparison): TextTable {
  const sign = better === 'larger' ? -1 : 1;
  const value = (i: number) => runs[i]!.own.mean[protocol]![metric]!;
  const key = (i: number) => (Number.isNaN(value(i)) ? Infinity : sign * value(i));
  const order = [...runs.keys()].sort((a, b) => key(a) - key(b));
  const names = [metric, ...columns.map(({ name }) => name).filter((name) => name !== metric)];
  const verdicts = new Map(columns.map(({ name, verdict }) => [name, verdict]));
  return {
    head: ['run', 'model', 'parameters', 'steps', 'seed', ...names],
    rows: order.map((i) => {
      const { label, own, summary } = runs[i]!;
      return [
        label,
        summary.model,
        own.parameters.toLocaleString('en-US'),
        String(summary.steps),
        String(summary.seed),
        ...names.map((name) => {
          const { best, significant } = verdicts.get(name)!;
          const score = formatScore(name, own.mean[protocol]![name]);
          return `${score}${significant && best === i ? MARK : ''}`;
        }),
      ];
    }),
  };
}

/** Runs and settings; what there is more of stands in the rows. */
export function differencesText({ runs, differences }: Comparison): TextTable {
  const shown = (text: string | undefined) =>
    text === undefined ? '(not set)' : text.replaceAll(/^"|"$/g, '');
  const settings = [...differences];
  if (runs.length > settings.length) {
    return {
      head: ['run', ...settings.map(([key]) => key)],
      rows: runs.map(({ label }, i) => [label, ...settings.map(([, values]) => shown(values[i]))]),
    };
  }
  return {
    head: ['setting', ...runs.map(({ label }) => label)],
    rows: settings.map(([key, values]) => [key, ...values.map(shown)]),
  };
}

export function pairedText({ paired, metric }: Comparison): TextTable {
  const p = (value: number | undefined) => (value === undefined ? '-' : value.toPrecision(2));
  return {
    head: ['run', `median difference of ${metric}`, 'p', 'p, corrected', 'effect', 'scenes that differ'],
    rows: paired.map(({ label, medianDifference, pValue, adjusted, effect, pairs }) => [
      label,
      medianDifference === undefined
        ? '-'
        : `${medianDifference > 0 ? '+' : ''}${formatScore(metric, medianDifference)}`,
      p(pValue),
      p(adjusted),
      effect === undefined ? '-' : effect.toFixed(2),
      String(pairs),
    ]),
  };
}

/** What the tables mean, in sentences. */
export function comparisonNotes(comparison: Comparison): {
  readonly scores: string;
  readonly paired: string;
} {
  const { runs, protocol, reference, rule, paired } = comparison;
  const scenes = runs[0]!.own.scenes.length;
  const tooFew =
    smallestPValue(scenes, paired.length) < LEVEL
      ? ''
      : ` ${scenes} scenes cannot give p < ${LEVEL} for ${paired.length + 1} runs, whatever the differences.`;
  const synthetic = runs[0]!.summary.synthetic ? ' Synthetic scenes, none a photograph.' : '';
  const why = rule === 'best' ? 'the run with the best mean' : 'the run that was named first';
  return {
    scores: `Means over ${scenes} test scenes, protocol ${protocol}; *: better than every other run by a paired test over the scenes (corrected p < ${LEVEL}).${tooFew}${synthetic}`,
    paired:
      `Scene by scene against ${runs[reference]!.label}, ${why}. Wilcoxon's signed-rank test, two-sided, exact; corrected for ${paired.length} comparisons (Holm). ` +
      `Effect: rank-biserial correlation, 1 where every scene is larger, -1 where every scene is smaller.`,
  };
}
