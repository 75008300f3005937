import type { RunFolder } from './run-folder.js';

const FILE = 'changed.json';

/** Settings that a run was made to change on its way (`--resume RUN --allow-changed`), with the step after which they hold. */
interface Change {
  readonly afterStep: number;
  readonly lines: readonly string[];
}

/** Adds changes to those that the run folder remembers, and gives all of them as lines for the report. */
export function keepChanges(folder: RunFolder, afterStep: number, lines: readonly string[]): string[] {
  const before = folder.readText(FILE);
  const changes = before === undefined ? [] : (JSON.parse(before) as Change[]);
  if (lines.length > 0) {
    changes.push({ afterStep, lines });
    folder.writeJson(FILE, changes);
  }
  return changes.map(
    (change) =>
      `went on with other settings after step ${change.afterStep}: ${change.lines.join('; ')}; no single experiment file makes these numbers`,
  );
}
