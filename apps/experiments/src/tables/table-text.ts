import { effectOfSeeds, isComparable, ranksOf } from './ranks.js';
import type { TableMetric, TableResult, TableRow } from './table-result.js';

/** A table as heads and cells of text, the same for the terminal, Markdown and LaTeX. */
export interface TextTable {
  readonly group: string | undefined;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const signed = (value: number, digits: number) =>
  `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(digits)}`;

/** `30.12 ± 0.08`, or `-` where there is no finished run. */
export function oursOf({ mean, spread }: TableRow, { name, digits }: TableMetric): string {
  if (mean[name] === undefined) return '-';
  const text = mean[name].toFixed(digits);
  return spread[name] === undefined ? text : `${text} ± ${spread[name].toFixed(digits)}`;
}

/**
 * One text table a group. Where printed numbers are comparable a metric has the columns paper, ours, difference; where they are not, the
 * order of the paper's rows beside the order of ours, and ours.
 */
export function textTables(result: TableResult): TextTable[] {
  const { metrics, rows, groups } = result;
  const comparable = isComparable(result);
  const keys = groups.length === 0 ? [undefined] : groups.map(({ name }) => name);
  const paperRanks = new Map(metrics.map((m) => [m, ranksOf(rows, m, ({ paper }) => paper?.[m.name])]));
  const ourRanks = new Map(metrics.map((m) => [m, ranksOf(rows, m, ({ mean }) => mean[m.name])]));
  const hasPaper = (metric: TableMetric) => rows.some(({ paper }) => paper?.[metric.name] !== undefined);
  const headOf = (metric: TableMetric): string[] => {
    const where = `${metric.label} (${metric.protocol})`;
    if (!hasPaper(metric)) return [where];
    return comparable
      ? [`${metric.label}, paper`, `ours (${metric.protocol})`, 'difference']
      : [`${metric.label}, place in the paper`, 'our place', `ours (${metric.protocol})`];
  };
  const cellsOf = (row: TableRow, metric: TableMetric): string[] => {
    const ours = oursOf(row, metric);
    if (!hasPaper(metric)) return [ours];
    const printed = row.paper?.[metric.name];
    const mean = row.mean[metric.name];
    if (comparable) {
      if (!row.comparable || printed === undefined) return ['-', ours, '-'];
      return [
        printed.toFixed(metric.digits),
        ours,
        mean === undefined ? '-' : signed(mean - printed, metric.digits),
      ];
    }
    const place = (ranks: Map<TableRow, number>) => String(ranks.get(row) ?? '-');
    return [place(paperRanks.get(metric)!), place(ourRanks.get(metric)!), ours];
  };
  return keys.map((group) => ({
    group: groups.find(({ name }) => name === group)?.label,
    head: ['row', 'parameters', 'GMACs', 'steps', 'seeds', ...metrics.flatMap(headOf)],
    rows: rows
      .filter((row) => row.group === group)
      .map((row) => [
        `${row.label}${row.paperNote === undefined ? '' : ' *'}`,
        row.parameters === null ? '-' : row.parameters.toLocaleString('en-US'),
        row.gmacs === null ? '-' : row.gmacs.toFixed(2),
        [...new Set(row.runs.map(({ steps }) => steps))].join(', ') || '-',
        row.runs.map(({ seed }) => seed).join(', ') || '-',
        ...metrics.flatMap((metric) => cellsOf(row, metric)),
      ]),
  }));
}

/** What must be read with the numbers: misprints, caveats, what is missing, what seeds do. */
export function remarksOf(result: TableResult): string[] {
  const { rows, metrics, paper, caveats, seeds } = result;
  const where = (row: TableRow) => (row.group === undefined ? row.label : `${row.label}, ${row.group}`);
  const remarks = [...caveats];
  if (rows.some((row) => row.paper !== undefined) && !isComparable(result)) {
    remarks.push(
      "The paper's numbers belong to other data and a longer training: only the order of its rows is shown, beside the order of ours.",
    );
  }
  for (const text of paper?.misprints ?? []) remarks.push(`In print: ${text}`);
  for (const row of rows) if (row.paperNote !== undefined) remarks.push(`* ${where(row)}: ${row.paperNote}`);
  for (const row of rows) {
    for (const { seed, reason } of row.missing)
      remarks.push(`MISSING: ${where(row)}, seed ${seed}: ${reason}`);
  }
  if (seeds.length < 2) remarks.push('One seed: how much of a difference is chance is not known.');
  const metric = metrics[0]!;
  const groups = [...new Set(rows.map(({ group }) => group))];
  for (const group of seeds.length < 2 ? [] : groups) {
    const effect = effectOfSeeds(
      rows.filter((row) => row.group === group),
      metric,
    );
    if (effect === undefined) continue;
    const { best, second, lead, spread } = effect;
    const verdict =
      spread >= lead
        ? 'the difference between seeds is as large as that between the rows: their order may be chance'
        : 'larger than the difference between seeds';
    remarks.push(
      `${metric.label}: ${where(best)} leads ${where(second)} by ${lead.toFixed(metric.digits)}; the largest standard deviation over the seeds of a row is ${spread.toFixed(metric.digits)}: ${verdict}.`,
    );
  }
  return remarks;
}
