import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { isFree, leaves } from '../config/behaviour.js';
import { readRun, type FinishedRun } from '../report/read-run.js';
import type { ModelScores } from '../run/score-table.js';
import { readCurve } from '../tables/read-curve.js';
import type { TableRun } from '../tables/table-result.js';
import { UserError, usageError } from '../user-error.js';

export interface ComparedRun extends FinishedRun {
  /** Tells the run from the others: what is different in it, or its folder. */
  readonly label: string;
  /** Scores of the model that the experiment is about, under its label. */
  readonly own: ModelScores;
  /** Settings that decide the run's numbers, as JSON by dotted key. */
  readonly settings: ReadonlyMap<string, string>;
  readonly curve: TableRun['curve'];
}

/** Where the same scenes lie, and how they are kept, is no difference between runs. */
const PLACES = ['data.folder', 'data.split'];

type Opened = Omit<ComparedRun, 'label' | 'own'>;

function open(folder: string): Opened {
  const run = readRun(folder);
  const config: unknown = parse(readFileSync(join(folder, 'experiment.yaml'), 'utf8'));
  const settings = [...leaves(config)].filter(([key]) => !isFree(key) && !PLACES.includes(key));
  return { ...run, settings: new Map(settings), curve: readCurve(folder) };
}

/** Keys whose values are not the same in all runs, with the value of each run (undefined where it has none). */
export function differingSettings(
  runs: readonly Pick<ComparedRun, 'settings'>[],
): Map<string, readonly (string | undefined)[]> {
  const keys = [...new Set(runs.flatMap(({ settings }) => [...settings.keys()]))];
  return new Map(
    keys.flatMap((key) => {
      const values = runs.map(({ settings }) => settings.get(key));
      return new Set(values).size > 1 ? [[key, values] as const] : [];
    }),
  );
}

const textOf = (value: string | undefined) => (value === undefined ? '(not set)' : value.replaceAll('"', ''));

/** Labels by what differs, as far as that is short and tells every run from the others; else by folder. */
function labelsOf(runs: readonly Opened[]): string[] {
  if (runs.length === 1) return [runs[0]!.summary.model];
  const differing = [...differingSettings(runs)].slice(0, 4);
  const labels = runs.map((_, i) =>
    differing.map(([key, values]) => `${key.split('.').at(-1)!}=${textOf(values[i])}`).join(', '),
  );
  if (new Set(labels).size === runs.length && labels.every((text) => text !== '' && text.length <= 60))
    return labels;
  const short = runs.map(({ folder }) => join(basename(dirname(folder)), basename(folder)));
  return new Set(short).size === runs.length ? short : runs.map(({ folder }) => folder);
}

const scenesOf = ({ models }: Opened) => models[0]?.scenes.map(({ scene }) => scene) ?? [];

function listed(scenes: readonly string[]): string {
  return scenes.length <= 6
    ? scenes.join(', ')
    : `${scenes.slice(0, 5).join(', ')} and ${scenes.length - 5} more`;
}

/** Scores can only be compared on the same scenes. */
function checkScenes([first, ...others]: readonly Opened[]): void {
  const wanted = scenesOf(first!);
  for (const other of others) {
    const scenes = scenesOf(other);
    const lacks = wanted.filter((scene) => !scenes.includes(scene));
    const more = scenes.filter((scene) => !wanted.includes(scene));
    if (lacks.length > 0 || more.length > 0) {
      const parts = [
        ...(lacks.length > 0 ? [`lacks ${listed(lacks)}`] : []),
        ...(more.length > 0 ? [`has ${listed(more)}`] : []),
      ];
      throw new UserError(
        `the runs were tested on different scenes: compared with '${first!.folder}', '${other.folder}' ${parts.join(' and ')}. ` +
          'Score both on the same scenes first: prismamba evaluate RUN --data DIR --split FILE',
      );
    }
    // Synthetic scenes have the same names whatever they show.
    for (const key of ['seed', 'height', 'width'].map((name) => `data.synthetic.${name}`)) {
      const [mine, theirs] = [first!, other].map(({ settings }) => settings.get(key));
      if (first!.summary.synthetic && mine !== theirs) {
        throw new UserError(
          `the runs were tested on different synthetic scenes: ${key} is ${mine} in '${first!.folder}' and ${theirs} in '${other.folder}'`,
        );
      }
    }
  }
}

/** Scenes in the order of the first run, so that the k-th of every run is the same. */
function inOrder(scores: ModelScores, order: readonly string[]): ModelScores['scenes'] {
  return order.map((id) => scores.scenes.find(({ scene }) => scene === id)!);
}

/** Opens finished runs to set side by side. @throws UserError for fewer than `least`, or runs that were tested on different scenes. */
export function openRuns(folders: readonly string[], least = 2): ComparedRun[] {
  if (folders.length < least) {
    const only = folders.length === 0 ? 'no finished run' : `one finished run, '${folders[0]}'`;
    throw usageError(`${only}: name at least ${least === 1 ? 'one' : 'two'}, or the folder of a sweep`);
  }
  const runs = folders.map(open);
  checkScenes(runs);
  const order = scenesOf(runs[0]!);
  const labels = labelsOf(runs);
  return runs.map((run, i) => {
    const [scores] = run.models;
    const own = { ...scores!, title: labels[i]!, scenes: inOrder(scores!, order) };
    return { ...run, label: labels[i]!, own };
  });
}
