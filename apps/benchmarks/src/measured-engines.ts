import type { Measured } from './performance-page.js';

/** How many times as fast onnxruntime is for a network, and how that is known. */
export interface MeasuredEngine {
  readonly times: number;
  readonly measured: string;
}

/**
 * The table from which `--engine auto` chooses, with the networks in it that this run has measured in both engines; the others stay as they
 * are. Wall time, since that is what a user waits for.
 */
export function measuredEngines(
  before: Readonly<Record<string, MeasuredEngine>>,
  rows: readonly Measured[],
): Record<string, MeasuredEngine> {
  const own = rows.filter(({ case: c }) => c.section === 'engines');
  const secondsOf = (name: string) => {
    const outcome = own.find((row) => row.case.name === name)?.outcome;
    return outcome !== undefined && 'result' in outcome ? outcome.result.seconds : NaN;
  };
  const table = { ...before };
  for (const { case: c, run } of own.filter((row) => row.case.ours)) {
    const times = secondsOf(c.name) / secondsOf(`${c.name} in onnxruntime-node`);
    if (!Number.isFinite(times)) continue;
    const where = `${run.date}, ${run.commit}, ${run.processor ?? 'unknown processor'}, load ${run.load ?? 'unknown'}`;
    table[c.name] = {
      times: Number(times.toPrecision(2)),
      measured: `wall time of a tile of ${c.size} with ${c.threads} threads; ${where}`,
    };
  }
  return table;
}
