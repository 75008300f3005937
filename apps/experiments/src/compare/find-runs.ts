import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { nearestNames } from '@prismamba/core';
import { UserError, usageError } from '../user-error.js';
import { describeRun, listRuns, type ListedRun } from './list-runs.js';

export interface FoundRuns {
  readonly folders: readonly string[];
  /** Runs of a folder or a pattern that are not finished, and why they are left out. */
  readonly leftOut: readonly string[];
}

const isRun = (path: string) => existsSync(join(path, 'experiment.yaml'));
const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();

/** `*` and `?` within one part of a name. */
function patternOf(glob: string): RegExp {
  const escaped = glob.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}$`);
}

const stateOf = ({ folder, state, message }: ListedRun) =>
  `'${folder}' is not finished (${state}${message === undefined ? '' : `: ${message.split('\n')[0]!}`})`;

/** Runs right below a folder, or one level deeper: the folder of a sweep, or `runs` itself. */
function runsBelow(folder: string): ListedRun[] {
  const below = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter(isRun)
    .map((path) => describeRun(path, basename(folder)));
  return below.length > 0 ? below : listRuns(folder);
}

function matching(argument: string, listed: readonly ListedRun[], out: string): readonly ListedRun[] {
  const pattern = patternOf(argument);
  const found = listed.filter(({ folder, name }) =>
    [name, relative(out, folder), basename(folder), folder].some((text) => pattern.test(text)),
  );
  if (found.length > 0) return found;
  const names = [...new Set(listed.flatMap(({ name, folder }) => [name, relative(out, folder)]))];
  const [nearest] = nearestNames(argument, names, 1);
  throw usageError(
    `there is no run '${argument}': no folder of that name, and none of the ${listed.length} runs in '${out}' fits` +
      `${nearest === undefined ? '' : `. Did you mean '${nearest}'?`} 'prismamba runs --out ${out}' lists them`,
  );
}

/**
 * The finished runs that arguments name: a run folder, a folder of runs (a sweep's), or a name or pattern of what `prismamba runs` lists
 * in `out`. A run counts once, in the order of the arguments.
 *
 * @throws UserError for a run that is named itself and not finished, and for an argument that names none.
 */
export function findRuns(args: readonly string[], out: string): FoundRuns {
  const folders = new Map<string, string>();
  const leftOut: string[] = [];
  let listed: readonly ListedRun[] | undefined;
  for (const argument of args) {
    if (isRun(argument)) {
      const run = describeRun(argument, basename(argument));
      if (run.state !== 'finished') {
        throw new UserError(`${stateOf(run)}; go on with it first: prismamba train --resume ${argument}`);
      }
      folders.set(resolve(argument), argument);
      continue;
    }
    listed ??= listRuns(out);
    const found = isFolder(argument) ? runsBelow(argument) : matching(argument, listed, out);
    if (found.length === 0) throw usageError(`'${argument}' holds no runs`);
    // By name, not by time: the same folders give the same figures.
    for (const run of [...found].sort((a, b) => (a.folder < b.folder ? -1 : 1))) {
      if (run.state === 'finished') folders.set(resolve(run.folder), run.folder);
      else leftOut.push(stateOf(run));
    }
  }
  return { folders: [...folders.values()], leftOut };
}
