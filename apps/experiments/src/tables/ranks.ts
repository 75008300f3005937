import type { TableMetric, TableResult, TableRow } from './table-result.js';

/** Place of each row in a column within its group, 1 the best; equal values share a place. Rows without a value have none. */
export function ranksOf(
  rows: readonly TableRow[],
  metric: TableMetric,
  valueOf: (row: TableRow) => number | undefined,
): Map<TableRow, number> {
  const sign = metric.better === 'larger' ? -1 : 1;
  const ranks = new Map<TableRow, number>();
  for (const group of new Set(rows.map((row) => row.group))) {
    const values = rows.flatMap((row) => {
      const value = row.group === group ? valueOf(row) : undefined;
      return value === undefined ? [] : [{ row, value: sign * value }];
    });
    for (const { row, value } of values) {
      ranks.set(row, 1 + values.filter((other) => other.value < value).length);
    }
  }
  return ranks;
}

/** Whether any row's printed numbers may stand beside ours. */
export const isComparable = ({ rows }: TableResult): boolean => rows.some(({ comparable }) => comparable);

/**
 * The difference between the best and the second row of a metric, and the largest spread between the seeds of one row:
 * where the second is as large as the first, the order of these two rows says nothing.
 */
export function effectOfSeeds(
  rows: readonly TableRow[],
  { name, better }: TableMetric,
):
  | { readonly best: TableRow; readonly second: TableRow; readonly lead: number; readonly spread: number }
  | undefined {
  const sign = better === 'larger' ? -1 : 1;
  const known = rows.filter(({ mean }) => mean[name] !== undefined);
  const [best, second] = [...known].sort((a, b) => sign * (a.mean[name]! - b.mean[name]!));
  const spreads = known.flatMap(({ spread }) => spread[name] ?? []);
  if (best === undefined || second === undefined || spreads.length === 0) return undefined;
  return {
    best,
    second,
    lead: Math.abs(best.mean[name]! - second.mean[name]!),
    spread: Math.max(...spreads),
  };
}
