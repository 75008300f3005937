import { needsOf, type PlannedRun } from '../launch/planned-run.js';
import { prepareRun } from '../sweep/plan-sweep.js';
import type { PlannedRow } from './plan-table.js';

/** The runs of a table that are to be done; runs that two rows or tables share are done once. */
export function missingRuns(rows: readonly PlannedRow[]): PlannedRun[] {
  const todo = new Map<string, PlannedRun>();
  for (const { missing, runs, config } of rows) {
    if (missing !== undefined) continue;
    for (const { finished, folder, label } of runs) {
      if (!finished && !todo.has(folder)) todo.set(folder, { label, folder, ...needsOf(config) });
    }
  }
  return [...todo.values()];
}

/** Makes the folders of the runs that are to be done. */
export async function prepareTable(rows: readonly PlannedRow[]): Promise<void> {
  for (const { experiment, missing, runs } of rows) {
    if (missing !== undefined) continue;
    for (const run of runs) if (!run.finished) await prepareRun(run, experiment, run.overrides);
  }
}
