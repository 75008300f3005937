import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunSummary } from '../run/run-summary.js';
import type { BandErrors, SceneFigure } from '../run/scene-figures.js';
import type { ModelScores } from '../run/score-table.js';
import { parseScores } from '../run/scores-file.js';
import { UserError } from '../user-error.js';

/** A finished run, as its folder holds it. */
export interface FinishedRun {
  readonly folder: string;
  readonly summary: RunSummary;
  readonly models: readonly ModelScores[];
  readonly steps: readonly { readonly step: number; readonly loss: number }[];
  readonly scenes: readonly SceneFigure[];
  readonly bandErrors: readonly BandErrors[];
}

function readJson<T>(folder: string, name: string, parse: (text: string) => T): T {
  const path = join(folder, name);
  if (!existsSync(path)) {
    throw new UserError(
      `'${folder}' is no finished run: it has no ${name}. Name a folder that 'prismamba train' wrote`,
    );
  }
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UserError(`${path}: not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The losses of a run log; after a resume the later record of a step counts. */
export function readSteps(folder: string): { readonly step: number; readonly loss: number }[] {
  const path = join(folder, 'log.jsonl');
  if (!existsSync(path)) return [];
  const steps = new Map<number, number>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (!line.startsWith('{"event":"step"')) continue;
    const { step, loss } = JSON.parse(line) as { step: number; loss: number };
    steps.set(step, loss);
  }
  return [...steps].sort(([a], [b]) => a - b).map(([step, loss]) => ({ step, loss }));
}

/** Reads what `prismamba train` wrote. @throws UserError for a folder that is no finished run. */
export function readRun(folder: string): FinishedRun {
  const scores = readJson(folder, 'scores.json', parseScores);
  const plain = (name: string) => readJson(folder, join('figures', name), JSON.parse) as unknown;
  const scenes = plain('scenes.json') as SceneFigure[];
  const bandErrors = plain('band-errors.json') as BandErrors[];
  return { folder, ...scores, steps: readSteps(folder), scenes, bandErrors };
}
