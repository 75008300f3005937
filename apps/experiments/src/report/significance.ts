import { pairedComparison } from '../compare/paired.js';
import { bestOf, type ModelScores } from '../run/score-table.js';

/** Below this p value a difference between two models is called one. */
export const LEVEL = 0.05;

/** Scores of a model, scene by scene. */
export const sceneScores = ({ scenes }: ModelScores, protocol: string, column: string): number[] =>
  scenes.map(({ scores }) => scores[protocol]?.[column] ?? Number.NaN);

export interface Verdict {
  /** Index of the model with the best mean. */
  readonly best: number;
  /** Whether it beats every other model by a paired test over the scenes. */
  readonly significant: boolean;
  /** The largest p value against the others, corrected for their number (Holm); undefined where there is none to compare with, or a score is not finite. */
  readonly pValue: number | undefined;
}

/**
 * The best model of a column, and whether the scenes bear it out: Wilcoxon's signed-rank test against each other model, corrected for
 * their number, because which one is the best was seen in the same scenes.
 */
export function verdictOf(models: readonly ModelScores[], protocol: string, column: string): Verdict {
  const best = bestOf(models, protocol, column);
  const winner = models[best];
  if (winner === undefined || models.length < 2) return { best, significant: false, pValue: undefined };
  const contenderOf = (model: ModelScores) => {
    const values = sceneScores(model, protocol, column);
    return {
      label: model.title,
      scenes: new Map(model.scenes.map(({ scene }, k) => [scene, values[k]!])),
    };
  };
  const others = models.filter((_, i) => i !== best);
  const pValues = pairedComparison(contenderOf(winner), others.map(contenderOf)).map(
    ({ adjusted = Number.NaN }) => adjusted,
  );
  const pValue = Math.max(...pValues);
  return Number.isNaN(pValue)
    ? { best, significant: false, pValue: undefined }
    : { best, significant: pValue < LEVEL, pValue };
}

/** The smallest corrected p value that this many scenes can give at all: every difference has the same sign. */
export const smallestPValue = (scenes: number, comparisons = 1): number =>
  Math.min(1, Math.max(1, comparisons) * 2 ** (1 - scenes));

/** Standard deviation over the scenes (n - 1); undefined for fewer than two. */
export function spreadOf(values: readonly number[]): number | undefined {
  if (values.length < 2 || !values.every(Number.isFinite)) return undefined;
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
}
