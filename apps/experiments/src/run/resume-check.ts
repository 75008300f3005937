import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExperimentConfig } from '../config/experiment-schema.js';
import { behaviourOf } from '../config/behaviour.js';
import { UserError } from '../user-error.js';
import type { Environment } from './environment.js';

/**
 * A run goes on as what it was: refuses every setting that would change its numbers, unless that is allowed.
 *
 * @param was The config of the run folder.
 * @param asked The same with the changes of the command line.
 * @returns The changes that are allowed, a line a key.
 * @throws UserError with every such key, what it was and what was asked.
 */
export function checkResumedConfig(
  folder: string,
  was: ExperimentConfig,
  asked: ExperimentConfig,
  allowChanged = false,
): string[] {
  const before = behaviourOf(was);
  const after = behaviourOf(asked);
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) => before.get(key) !== after.get(key),
  );
  const lines = changed.map(
    (key) => `${key}: was ${before.get(key) ?? 'not set'}, asked ${after.get(key) ?? 'not set'}`,
  );
  if (lines.length === 0 || allowChanged) return lines;
  throw new UserError(
    `--resume ${folder}: the run would go on as another experiment, and its numbers belong to neither:\n` +
      `${lines.map((line) => `  ${line}`).join('\n')}\nLeave these changes out, or leave --resume out to start a run of its own; ` +
      'with --allow-changed the run goes on, and its report says so.',
  );
}

/**
 * Another backend rounds otherwise: refused. Another version may: said.
 *
 * @returns What to tell the user; empty where nothing changed.
 * @throws UserError when the run was on another backend.
 */
export function checkResumedEnvironment(folder: string, now: Environment): string {
  const file = join(folder, 'environment.json');
  if (!existsSync(file)) {
    // Killed before anything was computed: it is written before the first step.
    if (!existsSync(join(folder, 'checkpoints'))) return '';
    throw new UserError(
      `--resume ${folder}: there are checkpoints but no environment.json, so the run's backend is not known`,
    );
  }
  const was = JSON.parse(readFileSync(file, 'utf8')) as Environment;
  if (was.backend.name !== now.backend.name) {
    throw new UserError(
      `--resume ${folder}: the run would go on with other roundings:\n` +
        `  backend: was "${was.backend.name}", is now "${now.backend.name}" (${now.backend.reason})\n` +
        `Go on with --backend ${was.backend.name}, or leave --resume out to start a run of its own.`,
    );
  }
  const versions = (['prismamba', 'commit', 'node', 'tensorflowjs'] as const).filter(
    (key) => was[key] !== now[key],
  );
  return versions
    .map(
      (key) =>
        `note: ${key} was ${String(was[key])} and is ${String(now[key])}; bits may differ from here on\n`,
    )
    .join('');
}
