import type { RunFolder } from './run-folder.js';

const FILE = 'settings.json';

/**
 * Keeps what was changed of the experiment file, as typed, in the run folder: `experiment.yaml` there holds the result, and a
 * resumed run must still say what it was.
 *
 * @returns what is kept: the settings of the run's first start.
 */
export function keepSettings(folder: RunFolder, settings: readonly string[]): readonly string[] {
  const before = folder.readText(FILE);
  if (before !== undefined) return JSON.parse(before) as string[];
  folder.writeJson(FILE, settings);
  return settings;
}
