import { complexity, disposeModel, getModel } from '@prismamba/models';
import { getProtocol, metricOf } from '@prismamba/metrics';
import type { ExperimentConfig } from '../config/experiment-schema.js';
import { commit } from '../run/environment.js';
import { readRun } from '../report/read-run.js';
import { spreadOf } from '../report/significance.js';
import type { RunOutcome } from '../launch/planned-run.js';
import { isFinished } from '../sweep/identity.js';
import { paperOf, type LoadedProfile, type LoadedTable } from './load-table.js';
import type { PlannedRow, PlannedTableRun } from './plan-table.js';
import { readCurve } from './read-curve.js';
import type { TableMetric, TableResult, TableRow, TableRun } from './table-result.js';

interface Collected {
  readonly run: TableRun;
  readonly summary: ReturnType<typeof readRun>['summary'];
}

/** The metrics of a table in a profile; where a profile puts one protocol in the place of another, equal columns count once. */
export function metricsOf({ file }: LoadedTable, profile: LoadedProfile): TableMetric[] {
  const metrics: TableMetric[] = [];
  for (const { name, label, protocol: wanted, column = name, printed, digits } of file.metrics) {
    const protocol = profile.file.protocols[wanted] ?? wanted;
    const found = getProtocol(protocol).columns.find(({ key }) => key === column);
    if (found === undefined) continue;
    if (metrics.some((metric) => metric.protocol === protocol && metric.column === column)) continue;
    metrics.push({
      name,
      label: label ?? name,
      better: metricOf(found.metric).better,
      digits: digits ?? (/^(PSNR|SAM)/.test(column) ? 2 : 4),
      protocol,
      column,
      printed,
    });
  }
  return metrics;
}

/** Parameters and honest multiply-accumulates of the network of a row. Needs a started backend. */
function costOf({ model }: ExperimentConfig, at: TableResult['complexityAt']) {
  const definition = getModel(model.name);
  const config = definition.config.parse(model.options);
  const built = definition.build(config, { seed: 0 });
  try {
    const { parameters, totalMacs } = complexity(built, definition.stateDict(config), at);
    return { parameters, gmacs: totalMacs / 1e9 };
  } finally {
    disposeModel(built);
  }
}

function collectRun({ seed, identity, folder }: PlannedTableRun): Collected {
  const { summary, models } = readRun(folder);
  const own = models[0]!;
  const run = {
    seed,
    identity,
    folder,
    steps: summary.steps,
    seconds: summary.trainingSeconds,
    weights: summary.weights,
    commit: summary.environment.commit,
    scores: own.mean,
    scenes: own.scenes.map(({ scene, scores }) => ({ id: scene, scores })),
    curve: readCurve(folder),
  };
  return { run, summary };
}

const valueOf = ({ scores }: TableRun, { protocol, column }: TableMetric) => scores[protocol]?.[column];

function collectRow(
  planned: PlannedRow,
  table: LoadedTable,
  metrics: readonly TableMetric[],
  outcomes: readonly RunOutcome[],
  comparable: boolean,
): { readonly row: TableRow; readonly collected: readonly Collected[] } {
  const { file } = table;
  const { label, differs, note } = file.rows[planned.index]!;
  const collected: Collected[] = [];
  const missing: { seed: number; reason: string }[] = [];
  for (const run of planned.runs) {
    const outcome = outcomes.find(({ folder }) => folder === run.folder);
    if (planned.missing === undefined && isFinished(run.folder, run.identity))
      collected.push(collectRun(run));
    else {
      const reason = planned.missing ?? outcome?.message ?? outcome?.state ?? 'was not run';
      missing.push({ seed: run.seed, reason });
    }
  }
  const runs = collected.map(({ run }) => run);
  const by = (reduce: (values: number[]) => number | undefined) =>
    Object.fromEntries(
      metrics.flatMap((metric) => {
        const values = runs.map((run) => valueOf(run, metric));
        const all = values.filter((value) => value !== undefined);
        const value = all.length === 0 || all.length < runs.length ? undefined : reduce(all);
        return value === undefined ? [] : [[metric.name, value]];
      }),
    );
  const paper = paperOf(file, planned.index, planned.group);
  const row = {
    name: planned.name,
    label,
    ...(planned.group === undefined ? {} : { group: planned.group }),
    differs,
    experiment: planned.experiment,
    settings: [...planned.settings],
    ...costOf(planned.config, file.complexity_at),
    ...(paper === undefined ? {} : { paper }),
    ...(note === undefined ? {} : { paperNote: note }),
    comparable: comparable && paper !== undefined,
    runs,
    mean: by((values) => values.reduce((a, b) => a + b, 0) / values.length),
    spread: by(spreadOf),
    missing,
  };
  return { row, collected };
}

export interface CollectOptions {
  readonly table: LoadedTable;
  readonly profile: LoadedProfile;
  readonly rows: readonly PlannedRow[];
  readonly outcomes: readonly RunOutcome[];
  readonly seeds: readonly number[];
  /** The command as a reader would type it. */
  readonly command: string;
  /** Changes of the command line: with them nothing is comparable with print. */
  readonly changed: readonly string[];
}

/** The table out of the runs that are finished; says which are not. Needs a started backend, to count operations. */
export function collectTable(options: CollectOptions): TableResult {
  const { table, profile, rows: planned, outcomes, seeds, command, changed } = options;
  const { file, name } = table;
  const own = file.profiles[profile.name];
  const metrics = metricsOf(table, profile);
  const comparable = profile.file.comparable && changed.length === 0;
  const collected = planned.map((row) => collectRow(row, table, metrics, outcomes, comparable));
  const rows = collected.map(({ row }) => row);
  const complete = rows.every(({ missing }) => missing.length === 0);
  const first = collected.flatMap(({ collected: runs }) => runs)[0]?.summary;
  return {
    format: 'prismamba table 1',
    table: name,
    title: file.title,
    about: file.about,
    ...(file.paper === undefined ? {} : { paper: file.paper }),
    profile: profile.name,
    command,
    caveats: [
      profile.file.about,
      ...file.caveats,
      ...own.caveats,
      ...(changed.length === 0 ? [] : [`Changed on the command line: ${changed.join(', ')}.`]),
      ...selectionCaveat(planned),
    ],
    data: dataOf(planned, collected),
    protocol: {
      prediction: first?.prediction ?? planned[0]!.config.evaluation.prediction.name,
      metrics: [...new Set(metrics.map(({ protocol }) => protocol))].map((key) => {
        const { title, notes } = getProtocol(key);
        return { name: key, title, notes: [...notes] };
      }),
    },
    commit: commit(),
    seeds: [...seeds],
    groups: file.groups
      .filter(({ name: group }) => planned.some((row) => row.group === group))
      .map(({ name: group, label }) => ({ name: group, label })),
    complexityAt: file.complexity_at,
    metrics,
    rows,
    complete,
    ...(complete && changed.length === 0 && own.conclusion !== undefined
      ? { conclusion: own.conclusion }
      : {}),
  };
}

/** How the scored weights were chosen. */
function selectionCaveat(rows: readonly PlannedRow[]): string[] {
  const trained = rows.filter(({ config }) => getModel(config.model.name).fit === 'gradient');
  const best = trained.filter(
    ({ config: { training } }) => training.validation !== undefined && training.use !== 'last',
  );
  if (trained.length === 0) return [];
  const onTest = best.filter(({ config }) => config.training.validation!.selection === 'test');
  if (onTest.length > 0) {
    const which = onTest.length === trained.length ? 'every row' : onTest.map(({ name }) => name).join(', ');
    return [
      `The weights of ${which} are chosen on the TEST scenes (selection: test), as the released GMSR-Net code does: its scores are too good.`,
    ];
  }
  if (best.length === 0) return ['The weights after the last step are scored; none was chosen on any scene.'];
  return [
    `Weights are chosen by ${best[0]!.config.training.validation!.metric} on validation scenes, never on test scenes${best.length < trained.length ? ' (where a row has validation; else the last ones)' : ''}.`,
  ];
}

/** One entry a group: what the first finished run says, without the place of the folder. */
function dataOf(
  planned: readonly PlannedRow[],
  collected: readonly { readonly collected: readonly Collected[] }[],
): TableResult['data'] {
  const groups = [...new Set(planned.map(({ group }) => group))];
  return groups.flatMap((group) => {
    const i = planned.findIndex((row, k) => row.group === group && collected[k]!.collected.length > 0);
    if (i < 0) return [];
    const { config, checksum } = planned[i]!;
    const { summary } = collected[i]!.collected[0]!;
    const { name, train, validation = [], test } = summary.split;
    const hidden = (text: string) =>
      config.data.folder === undefined ? text : text.replaceAll(config.data.folder, 'DIR');
    return [
      {
        ...(group === undefined ? {} : { group }),
        description: hidden(summary.data),
        synthetic: summary.synthetic,
        rgb: summary.rgb,
        split: { name: hidden(name), train: [...train], validation: [...validation], test: [...test] },
        checksum,
      },
    ];
  });
}
