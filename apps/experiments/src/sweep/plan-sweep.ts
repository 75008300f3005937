import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { loadExperiment } from '../config/load-experiment.js';
import type { Override } from '../config/overrides.js';
import { resolvedConfig } from '../config/resolved-config.js';
import { needsOf, type PlannedRun } from '../launch/planned-run.js';
import { openRunFolder } from '../run/run-folder.js';
import { keepSettings } from '../run/settings-file.js';
import { UserError } from '../user-error.js';
import { identityOf, isFinished } from './identity.js';

export interface SweepRun extends PlannedRun {
  readonly identity: string;
  /** The varied keys and their values, as typed. */
  readonly settings: readonly string[];
  readonly finished: boolean;
}

/**
 * The runs of a sweep. Each has a folder named by what it is, `<out>/<name>/<identity>`, so that a run that was done before is
 * found again, and a changed experiment never taken for it. Nothing is written yet.
 *
 * @throws ConfigError before anything runs when any combination is no valid experiment.
 */
export async function planSweep(
  file: string,
  common: readonly Override[],
  combinations: readonly (readonly Override[])[],
  out: string,
): Promise<SweepRun[]> {
  const runs: SweepRun[] = [];
  for (const combination of combinations) {
    const { config } = await loadExperiment(file, [...common, ...combination]);
    const identity = await identityOf(config);
    const folder = join(out, config.name, identity.slice(0, 12));
    const settings = combination.map(({ text }) => text);
    const twin = runs.find((run) => run.identity === identity);
    if (twin !== undefined) {
      throw new UserError(
        `two runs of the sweep are the same: ${twin.settings.join(', ')} and ${settings.join(', ')}; what is varied changes nothing that a run computes`,
      );
    }
    runs.push({
      label: settings.length === 0 ? config.name : settings.join(', '),
      folder,
      ...needsOf(config),
      identity,
      settings,
      finished: isFinished(folder, identity),
    });
  }
  return runs;
}

/** Makes the folder of a run that is to be done, with its experiment; one that was begun is gone on with. */
export async function prepareRun(
  run: Pick<PlannedRun, 'folder'>,
  file: string,
  overrides: readonly Override[],
): Promise<void> {
  if (existsSync(join(run.folder, 'experiment.yaml'))) return;
  const { config } = await loadExperiment(file, overrides);
  const folder = openRunFolder(run.folder);
  keepSettings(
    folder,
    overrides.map(({ text }) => text),
  );
  folder.writeText('experiment.yaml', stringify(resolvedConfig(config)));
}
