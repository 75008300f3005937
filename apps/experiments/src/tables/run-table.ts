import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { loadExperiment } from '../config/load-experiment.js';
import { resolvedConfig } from '../config/resolved-config.js';
import { openRunFolder } from '../run/run-folder.js';
import { keepSettings } from '../run/settings-file.js';
import { executeRuns, type ExecuteOptions, type RunOutcome } from '../sweep/execute-runs.js';
import type { PlannedRow } from './plan-table.js';

/** Does the runs of a table that are not done; runs that two rows or tables share are done once. */
export async function runTable(rows: readonly PlannedRow[], options: ExecuteOptions): Promise<RunOutcome[]> {
  const todo = new Map<string, { label: string; folder: string; threads?: number }>();
  for (const { experiment, missing, runs } of rows) {
    if (missing !== undefined) continue;
    for (const { finished, folder, label, overrides } of runs) {
      if (finished || todo.has(folder)) continue;
      const { config } = await loadExperiment(experiment, overrides);
      if (!existsSync(join(folder, 'experiment.yaml'))) {
        const open = openRunFolder(folder);
        keepSettings(
          open,
          overrides.map(({ text }) => text),
        );
        open.writeText('experiment.yaml', stringify(resolvedConfig(config)));
      }
      todo.set(folder, {
        label,
        folder,
        ...(config.threads === undefined ? {} : { threads: config.threads }),
      });
    }
  }
  return todo.size === 0 ? [] : executeRuns([...todo.values()], options);
}
