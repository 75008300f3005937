import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseScores } from '../run/scores-file.js';

/** What a run folder says of itself. */
export interface ListedRun {
  readonly folder: string;
  readonly name: string;
  /** `finished`; `begun`: it can be gone on with; `failed`: its last words are in `message`. */
  readonly state: 'finished' | 'begun' | 'failed';
  readonly step: number;
  readonly seed: number | undefined;
  readonly model: string | undefined;
  /** Changes to the experiment file, as typed. */
  readonly settings: readonly string[];
  /** Means of the first model under `standard`; empty unless finished. */
  readonly scores: Readonly<Record<string, number>>;
  readonly message: string | undefined;
  readonly changed: string;
}

interface LogRecord {
  readonly event: string;
  readonly step?: number;
  readonly seed?: number;
  readonly message?: string;
}

function readLog(path: string): LogRecord[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as LogRecord];
      } catch {
        return []; // the last line of a run that was killed
      }
    });
}

/** What a run folder says of itself. */
export function describeRun(folder: string, name: string): ListedRun {
  const log = readLog(join(folder, 'log.jsonl'));
  const last = log.at(-1);
  const step = log.findLast(({ event }) => event === 'step')?.step ?? 0;
  const base = {
    folder,
    name,
    step,
    seed: log.find(({ seed }) => seed !== undefined)?.seed,
    changed: statSync(folder).mtime.toISOString(),
  };
  const scores = join(folder, 'scores.json');
  if (existsSync(scores)) {
    const { summary, models } = parseScores(readFileSync(scores, 'utf8'));
    return {
      ...base,
      state: 'finished',
      seed: summary.seed,
      model: summary.model,
      settings: summary.overrides,
      scores: models[0]?.mean['standard'] ?? {},
      message: undefined,
    };
  }
  const state = last?.event === 'failed' ? 'failed' : 'begun';
  const kept = join(folder, 'settings.json');
  const settings = existsSync(kept) ? (JSON.parse(readFileSync(kept, 'utf8')) as string[]) : [];
  return { ...base, state, model: undefined, settings, scores: {}, message: last?.message };
}

/** Every run below a folder, `<out>/<name>/<run>`, the latest first. */
export function listRuns(out: string): ListedRun[] {
  if (!existsSync(out)) return [];
  const folders = (path: string) =>
    readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  const runs = folders(out).flatMap((name) =>
    folders(join(out, name))
      .map((run) => join(out, name, run))
      .filter((folder) => existsSync(join(folder, 'experiment.yaml')))
      .map((folder) => describeRun(folder, name)),
  );
  return runs.sort((a, b) => (a.changed < b.changed ? 1 : -1));
}
