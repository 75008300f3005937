import { getProtocol, metricOf, protocolNames, type Protocol } from '@prismamba/metrics';
import Table from 'cli-table3';
import { csvLine } from '../report/csv.js';

/** Scores of one model, as `scores.json` holds them. */
export interface ModelScores {
  /** Registry key. */
  readonly model: string;
  readonly title: string;
  readonly parameters: number;
  /** Means over the test scenes, by protocol and column. */
  readonly mean: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Scenes that have no scores under a protocol, and why. */
  readonly notes?: readonly string[];
  readonly scenes: readonly {
    readonly scene: string;
    readonly seconds: number;
    readonly scores: Readonly<Record<string, Readonly<Record<string, number>>>>;
  }[];
}

/** Whether a larger value of a protocol's column is better. */
export function isLargerBetter(column: string): boolean {
  const known: Protocol[] = protocolNames.map(getProtocol);
  for (const { columns } of known) {
    const found = columns.find(({ key }) => key === column);
    if (found !== undefined) return metricOf(found.metric).better === 'larger';
  }
  return false;
}

/** Four significant digits, or dB and degrees with two decimals. */
export function formatScore(column: string, value: number | undefined): string {
  // No scores: a note beside the table says why.
  if (value === undefined) return '-';
  if (!Number.isFinite(value)) return String(value);
  if (/^(PSNR|SAM)/.test(column)) return value.toFixed(2);
  return value.toFixed(4);
}

/** Index of the best model in each column, for emphasis. */
export function bestOf(models: readonly ModelScores[], protocol: string, column: string): number {
  const sign = isLargerBetter(column) ? 1 : -1;
  let best = -1;
  let bestValue = -Infinity;
  models.forEach(({ mean }, i) => {
    const value = sign * (mean[protocol]?.[column] ?? NaN);
    if (value > bestValue) [best, bestValue] = [i, value];
  });
  return best;
}

/** The means as a table for the terminal: a row a score, a column a model, the best of a row marked with `*`. */
export function scoreTable(models: readonly ModelScores[]): string {
  const protocols = Object.keys(models[0]?.mean ?? {});
  const table = new Table({
    head: ['protocol', 'score', ...models.map(({ title }) => title)],
    style: { head: [], border: [], compact: true },
  });
  for (const protocol of protocols) {
    for (const column of Object.keys(models[0]!.mean[protocol]!)) {
      const best = bestOf(models, protocol, column);
      const arrow = isLargerBetter(column) ? 'higher is better' : 'lower is better';
      table.push([
        protocol,
        `${column} (${arrow})`,
        ...models.map(({ mean }, i) => ({
          content: `${formatScore(column, mean[protocol]?.[column])}${i === best ? ' *' : '  '}`,
          hAlign: 'right' as const,
        })),
      ]);
    }
  }
  // Every model is scored on the same scenes, so the notes of one are those of all.
  return [table.toString(), ...(models[0]?.notes ?? []).map((note) => `note: ${note}`)].join('\n');
}

/** What a line of scores must say to stand alone: which experiment, changed how, with which seed. */
export interface ScoresOf {
  readonly experiment: string;
  readonly seed: number;
  readonly settings: readonly string[];
}

/** One line a scene, model, protocol and column; RFC 4180. */
export function scoresCsv(models: readonly ModelScores[], { experiment, seed, settings }: ScoresOf): string {
  const lines = ['experiment,seed,settings,model,scene,protocol,score,value'];
  const run = [experiment, String(seed), settings.join('; ')];
  for (const { model, scenes, mean } of models) {
    const rows = [...scenes, { scene: 'MEAN', scores: mean }];
    for (const { scene, scores } of rows) {
      for (const [protocol, columns] of Object.entries(scores)) {
        for (const [column, value] of Object.entries(columns)) {
          lines.push(csvLine([...run, model, scene, protocol, column, value]));
        }
      }
    }
  }
  return `${lines.join('\n')}\n`;
}
