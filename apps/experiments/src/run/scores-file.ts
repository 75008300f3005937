import type { RunSummary } from './run-summary.js';
import type { ModelScores } from './score-table.js';

/** What `scores.json` of a run holds. */
export interface RunScores {
  readonly summary: RunSummary;
  readonly models: readonly ModelScores[];
}

/** JSON has no NaN and no infinity, and would write null for either: they go as the words `NaN`, `Infinity` and `-Infinity`. */
export const nonFiniteAsWord = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

type Columns = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Numbers as they were before they were written; null is what an older version wrote for any that JSON has not. */
const asNumbers = (protocols: Columns): Columns =>
  Object.fromEntries(
    Object.entries(protocols).map(([protocol, columns]) => [
      protocol,
      Object.fromEntries(
        Object.entries(columns).map(([column, value]: [string, unknown]) => [
          column,
          value === null ? NaN : Number(value),
        ]),
      ),
    ]),
  );

/** Reads the text of `scores.json`. @throws SyntaxError where it is not JSON. */
export function parseScores(text: string): RunScores {
  const { summary, models } = JSON.parse(text) as RunScores;
  return {
    summary,
    models: models.map((model) => ({
      ...model,
      mean: asNumbers(model.mean),
      scenes: model.scenes.map((scene) => ({ ...scene, scores: asNumbers(scene.scores) })),
    })),
  };
}
