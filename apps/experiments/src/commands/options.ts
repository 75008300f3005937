import { nonFiniteAsWord } from '../run/scores-file.js';
import { backendChoices, type BackendChoice } from '@prismamba/backend';
import { Option } from 'commander';
import { nearestName } from '@prismamba/core';
import { parseOverride, type Override } from '../config/overrides.js';
import { usageError } from '../user-error.js';

/** `--set` of every command that builds a model: its settings, as `model.options` of an experiment. */
export const settingsOption = () =>
  new Option('--set <key=value>', 'setting of the model, may be repeated')
    .argParser(collect)
    .default([], 'none');

/** `--json` of commands whose answer is a table. */
export const jsonOption = () => new Option('--json', 'print JSON instead of a table');

/** Prints the answer of a command with `--json`. */
export const writeJson = (value: unknown) =>
  process.stdout.write(`${JSON.stringify(value, nonFiniteAsWord, 2)}\n`);

/** Collects the values of an option that may be repeated. */
export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** `--data` and `--split` (or the environment variable PRISMAMBA_DATA) as overrides of an experiment file. */
export function dataOverrides({
  data,
  split,
}: {
  readonly data?: string;
  readonly split?: string;
}): Override[] {
  const overrides: Override[] = [];
  if (data !== undefined) {
    overrides.push(
      { path: ['data', 'folder'], value: data, text: `data.folder=${data}`, option: `--data ${data}` },
      { path: ['data', 'source'], value: 'auto', text: 'data.source=auto', option: `--data ${data}` },
    );
  }
  if (split !== undefined) {
    const text = `data.split=${split}`;
    overrides.push({ path: ['data', 'split'], value: split, text, option: `--split ${split}` });
  }
  return overrides;
}

/**
 * `--data`, `--split` and `--set` as overrides in the order in which they hold: a group of data (`--set data=cave`) replaces all that
 * was there, so the folder and the split are put into it, and it knows its source better than the names of the files do.
 */
export function overridesOf(options: {
  readonly data?: string;
  readonly split?: string;
  readonly set: readonly string[];
}): Override[] {
  const settings = options.set.map(parseOverride);
  const isGroup = ({ path }: Override) => path.length === 1 && path[0] === 'data';
  const groups = settings.filter(isGroup);
  const named = dataOverrides(options).filter(({ path }) => groups.length === 0 || path[1] !== 'source');
  return [...groups, ...named, ...settings.filter((setting) => !isGroup(setting))];
}

/** `--backend` of every command that computes; `otherwise` says what holds without it. */
export const backendOption = (otherwise = 'auto') =>
  new Option(
    '--backend <name>',
    `what computes: ${backendChoices.join(', ')} (default: ${otherwise}; PRISMAMBA_BACKEND is what auto takes)`,
  );

/** Checks `--backend` of a command that reads no experiment. @throws UserError for an unknown one */
export function backendOf({ backend = 'auto' }: { readonly backend?: string }): BackendChoice {
  const found = backendChoices.find((choice) => choice === backend);
  if (found !== undefined) return found;
  throw usageError(
    `--backend ${backend}: unknown backend, did you mean '${nearestName(backend, backendChoices)}'? Valid: ${backendChoices.join(', ')}`,
  );
}

/** `--set` of a command that plans runs, with its `--backend` among them: what is written down for other nodes is one list. */
export const settingsWithBackend = (options: {
  readonly set: readonly string[];
  readonly backend?: string;
}): readonly string[] =>
  options.backend === undefined ? options.set : [...options.set, `backend=${options.backend}`];

/** `--backend` as an override of an experiment. */
export function backendOverrides({ backend }: { readonly backend?: string }): Override[] {
  if (backend === undefined) return [];
  return [{ path: ['backend'], value: backend, text: `backend=${backend}`, option: `--backend ${backend}` }];
}
