import type { Duration } from '../config/duration.js';
import { parseOverride, type Override } from '../config/overrides.js';
import { isLargerBetter } from '../run/score-table.js';
import { readCurve } from '../tables/read-curve.js';
import { usageError } from '../user-error.js';
import type { SweepRun } from './plan-sweep.js';

/** What is chosen among: the settings but for the seed, and a run of them for every seed. */
export interface Candidate {
  readonly settings: readonly string[];
  readonly combinations: readonly (readonly Override[])[];
}

/** A candidate after a round; without a value where one of its runs failed. */
export interface Judged {
  readonly settings: readonly string[];
  /** Mean over the seeds of the best value on the validation scenes; null where a run failed. */
  readonly validation: number | null;
  readonly seeds: readonly number[];
  readonly folders: readonly string[];
}

/** One round: how long everyone was trained, and how each did, best first. */
export interface Round {
  readonly duration: string;
  readonly candidates: readonly Judged[];
  /** How many of them go on. */
  readonly kept: number;
}

const isSeed = ({ path }: Override) => path.join('.') === 'seed';

/** Runs that differ by their seed only are one candidate. */
export function candidatesOf(combinations: readonly (readonly Override[])[]): Candidate[] {
  const byKey = new Map<string, { settings: string[]; combinations: (readonly Override[])[] }>();
  for (const combination of combinations) {
    const settings = combination.filter((override) => !isSeed(override)).map(({ text }) => text);
    const key = JSON.stringify(settings);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, { settings, combinations: [combination] });
    else known.combinations.push(combination);
  }
  if (byKey.size < 2) {
    throw usageError('--halving: chooses among settings, and only the seed is varied; name another --over');
  }
  return [...byKey.values()];
}

/**
 * How long each round trains: the whole duration in the last, `factor` times less in each round before it. As many rounds as it
 * takes to come down to one candidate, which is then trained in full.
 *
 * @throws UserError where the first round would have no step.
 */
export function roundDurations(whole: Duration, candidates: number, factor: number): Duration[] {
  const rounds = Math.ceil(Math.log(candidates) / Math.log(factor) - 1e-9) + 1;
  const shares = Array.from({ length: rounds }, (_, i) =>
    Math.floor(whole.count / factor ** (rounds - 1 - i)),
  );
  if (shares[0]! < 1) {
    throw usageError(
      `--halving ${factor}: ${candidates} candidates take ${rounds} rounds, and ${whole.count} ${whole.unit} leave nothing for the first; train longer (training.duration), or take a larger factor`,
    );
  }
  return shares.map((count) => ({ count, unit: whole.unit }));
}

/** `training.duration` of a round as an override. */
export const durationOverride = ({ count, unit }: Duration): Override =>
  parseOverride(`training.duration=${count} ${unit}`);

/** How the candidates of a round did, best first; those with a failed run last. */
export function judge(
  candidates: readonly Candidate[],
  runs: readonly SweepRun[],
  failed: ReadonlySet<string>,
  metric: string,
): Judged[] {
  let at = 0;
  const judged = candidates.map(({ settings, combinations }): Judged => {
    const own = runs.slice(at, (at += combinations.length));
    const values = own.map(({ folder }) => (failed.has(folder) ? Number.NaN : bestOf(folder, metric)));
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const seeds = combinations.flatMap((c) => c.filter(isSeed).map(({ value }) => Number(value)));
    const folders = own.map(({ folder }) => folder);
    return { settings, validation: Number.isFinite(mean) ? mean : null, seeds, folders };
  });
  const sign = isLargerBetter(metric) ? -1 : 1;
  const rank = ({ validation }: Judged) => (validation === null ? Number.MAX_VALUE : sign * validation);
  return judged.sort((a, b) => rank(a) - rank(b));
}

/** The best value on the validation scenes: that of the weights that the run keeps. */
function bestOf(folder: string, metric: string): number {
  const values = readCurve(folder, metric).flatMap(({ validation }) =>
    validation === undefined ? [] : [validation],
  );
  if (values.length === 0) return Number.NaN;
  return isLargerBetter(metric) ? Math.max(...values) : Math.min(...values);
}
