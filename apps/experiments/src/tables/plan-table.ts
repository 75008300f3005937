import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { getModel, listModels } from '@prismamba/models';
import { ConfigError } from '../config/config-error.js';
import type { ExperimentConfig } from '../config/experiment-schema.js';
import { loadExperiment } from '../config/load-experiment.js';
import type { Override } from '../config/overrides.js';
import { dataFingerprint } from '../sweep/data-fingerprint.js';
import { identityOf, isFinished } from '../sweep/identity.js';
import { UserError, usageError } from '../user-error.js';
import type { LoadedProfile, LoadedTable } from './load-table.js';

/** What the command line says about a table. */
export interface TableRequest {
  readonly seeds?: readonly number[];
  /** `--data DIR`, or `--data GROUP=DIR` where the table has groups. */
  readonly data: readonly string[];
  readonly split: readonly string[];
  /** Other changes, `--set`. */
  readonly set: readonly Override[];
  /** Folder for runs. */
  readonly runs: string;
}

/** One row of a table in one group (data set). */
export interface PlannedRow {
  /** Index in the file. */
  readonly index: number;
  readonly name: string;
  readonly group: string | undefined;
  readonly experiment: string;
  /** What the profile and the row change of the experiment, as typed. */
  readonly settings: readonly string[];
  readonly config: ExperimentConfig;
  readonly runs: readonly PlannedTableRun[];
  /** Why it cannot be run: its data are not there. */
  readonly missing: string | undefined;
  /** Checksum over the data; null for synthetic scenes. */
  readonly checksum: string | null;
}

export interface PlannedTableRun {
  readonly seed: number;
  readonly label: string;
  readonly overrides: readonly Override[];
  readonly identity: string;
  readonly folder: string;
  readonly finished: boolean;
}

/** Runs of every table lie in one folder by what they are, so that two tables share a run. */
const RUNS = 'reproduce';

/** Where a profile is short of a seed of its own. */
export const seedsOf = (
  { file }: LoadedTable,
  profile: LoadedProfile,
  asked: readonly number[] | undefined,
) => asked ?? file.profiles[profile.name].seeds ?? profile.file.seeds;

/** `DIR` for every group, or `GROUP=DIR`, as the value for one group. */
function forGroup(option: string, values: readonly string[], { file }: LoadedTable, group?: string) {
  const groups = file.groups.map(({ name }) => name);
  let found: string | undefined;
  for (const value of values) {
    const named = groups.find((name) => value.startsWith(`${name}=`));
    if (named === undefined) found ??= value;
    else if (named === group) found = value.slice(named.length + 1);
  }
  const plain = values.filter((value) => !groups.some((name) => value.startsWith(`${name}=`)));
  if (plain.length > 1) throw usageError(`${option}: named twice: ${plain.join(', ')}`);
  return found;
}

/** An option that would change what the profile stands for is no run of that profile. */
function refuseFixed(changes: readonly Override[], profile: LoadedProfile, own: readonly Override[]): void {
  const fixed = [...profile.settings, ...own];
  for (const { path, text, option } of changes) {
    const clash = fixed.find((override) => {
      const length = Math.min(override.path.length, path.length);
      return override.path.slice(0, length).join('.') === path.slice(0, length).join('.');
    });
    if (clash === undefined) continue;
    throw usageError(
      `${option ?? `--set ${text}`}: the profile '${profile.name}' fixes ${clash.path.join('.')} (${clash.option ?? 'its file'}); take another profile, or 'prismamba sweep' for runs of your own`,
    );
  }
}

/** Where the scenes are: `--data`, or the environment variable PRISMAMBA_DATA; written down, so that a run is complete. */
function dataChanges(table: LoadedTable, request: TableRequest, group?: string): Override[] {
  const folder = forGroup('--data', request.data, table, group) ?? process.env['PRISMAMBA_DATA'];
  const split = forGroup('--split', request.split, table, group);
  const change = (key: string, value: string, option: string): Override => ({
    path: ['data', key],
    value,
    text: `data.${key}=${value}`,
    option: `${option} ${value}`,
  });
  return [
    ...(folder === undefined ? [] : [change('folder', folder, '--data')]),
    ...(split === undefined ? [] : [change('split', split, '--split')]),
  ];
}

/** Where further training data are (`data.train_on`): `--data GROUP=DIR` of the group that tests on that data set. */
function trainingFolders({ data }: ExperimentConfig, table: LoadedTable, request: TableRequest): Override[] {
  return (data.train_on ?? []).flatMap((entry, i) => {
    if (entry === 'own' || entry.source === 'synthetic') return [];
    if (!table.file.groups.some(({ name }) => name === entry.source)) return [];
    const change = (key: 'folder' | 'split', value: string | undefined): Override[] =>
      value === undefined || entry[key] !== undefined
        ? []
        : [{ path: ['data', 'train_on', i, key], value, text: `data.train_on.${i}.${key}=${value}` }];
    return [
      ...change('folder', forGroup('--data', request.data, table, entry.source)),
      ...change('split', forGroup('--split', request.split, table, entry.source)),
    ];
  });
}

/** What is needed to run a row and is not there; undefined where everything is. */
function missingData({ data }: ExperimentConfig, group: string | undefined): string | undefined {
  const further = (data.train_on ?? []).flatMap((entry) => (entry === 'own' ? [] : [entry]));
  for (const part of [data, ...further]) {
    const missing = missingPart(part, part === data ? group : part.source);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

function missingPart(
  data: Pick<ExperimentConfig['data'], 'source' | 'folder' | 'split'>,
  group: string | undefined,
): string | undefined {
  if (data.source === 'synthetic') return undefined;
  const option = group === undefined ? '--data DIR' : `--data ${group}=DIR`;
  const how =
    data.source === 'cave'
      ? `'prismamba data fetch cave' downloads it`
      : data.source === 'auto'
        ? `any data set that 'prismamba data' knows`
        : `it cannot be downloaded by a program: see the page of the data set`;
  const what = data.source === 'auto' ? 'folder of scenes' : `folder of the data set '${data.source}'`;
  if (data.folder === undefined)
    return `no ${what} is named: ${option} or the environment variable PRISMAMBA_DATA (${how})`;
  if (!existsSync(data.folder))
    return `the folder '${data.folder}' of the data set '${data.source}' does not exist`;
  if (data.split === undefined)
    return `no split is named: --split FILE says which scenes are for training and for test`;
  return undefined;
}

/**
 * The runs of a table in a profile: each row in each group with each seed. A row starts from its experiment; then come the
 * changes of the group, the profile, the row, the row in this profile, and the command line. Nothing is written.
 *
 * @throws UserError for anything that is no valid experiment, a fixed key that is overridden, a folder changed by hand.
 */
export async function planTable(
  table: LoadedTable,
  profile: LoadedProfile,
  request: TableRequest,
): Promise<PlannedRow[]> {
  const { file } = table;
  const own = file.profiles[profile.name];
  const profileChanges = [...profile.settings, ...table.settings(['profiles', profile.name, 'set'])];
  refuseFixed(request.set, profile, table.settings(['profiles', profile.name, 'set']));
  const chosen = file.groups.filter(({ name }) => own.groups === undefined || own.groups.includes(name));
  const groups = chosen.length === 0 ? [undefined] : chosen;
  const rows: PlannedRow[] = [];
  for (const group of groups) {
    for (const [index, row] of file.rows.entries()) {
      if (own.rows !== undefined && !own.rows.includes(row.name)) continue;
      const experiment = own.experiment ?? row.experiment ?? file.experiment;
      if (experiment === undefined) {
        throw table.error(['rows', index], 'names no experiment, and the table has none for all rows');
      }
      const changes = [
        ...(group === undefined ? [] : table.settings(['groups', file.groups.indexOf(group), 'set'])),
        ...profileChanges,
        ...table.settings(['rows', index, 'set']),
        ...table.settings(['rows', index, 'profiles', profile.name]),
      ];
      const bare = await load(experiment, changes);
      const withData = [
        ...(bare.data.source === 'synthetic' ? [] : dataChanges(table, request, group?.name)),
        ...trainingFolders(bare, table, request),
      ];
      const all = [...changes, ...withData, ...request.set];
      const config = withData.length + request.set.length === 0 ? bare : await load(experiment, all);
      const missing = missingData(config, group?.name);
      const where = [group?.name, row.name].filter((part) => part !== undefined).join('/');
      const runs: PlannedTableRun[] = [];
      for (const seed of seedsOf(table, profile, request.seeds)) {
        const overrides = [...all, { path: ['seed'], value: seed, text: `seed=${seed}` }];
        const identity = missing === undefined ? await identityOf({ ...config, seed }) : '';
        const folder = join(request.runs, RUNS, identity.slice(0, 12));
        const label = `${where} seed ${seed}`;
        const finished = missing === undefined && isFinished(folder, identity);
        runs.push({ seed, label, overrides, identity, folder, finished });
      }
      rows.push({
        index,
        name: row.name,
        group: group?.name,
        experiment,
        settings: [...changes, ...request.set].map(({ text }) => text),
        config,
        runs,
        missing,
        checksum: missing === undefined ? await checksumOf(config) : null,
      });
    }
  }
  requireDifferentRuns(rows, table);
  return rows;
}

async function load(experiment: string, changes: readonly Override[]): Promise<ExperimentConfig> {
  try {
    const loaded = await loadExperiment(experiment, changes);
    const { name } = loaded.config.model;
    // A wrong option is found before anything runs; a wrong name of a model says so itself.
    if (listModels().includes(name)) loaded.check(getModel(name).config, ['model', 'options']);
    return loaded.config;
  } catch (error) {
    // A name that is wrong in a table is wrong at its place there.
    if (error instanceof UserError && !(error instanceof ConfigError)) {
      throw new UserError(`experiment '${experiment}': ${error.message}`);
    }
    throw error;
  }
}

async function checksumOf(config: ExperimentConfig): Promise<string | null> {
  const text = await dataFingerprint(config);
  return text === '' ? null : createHash('sha256').update(text).digest('hex');
}

/** Two rows that compute the same are a mistake of the table: one of them claims a difference that is not there. */
function requireDifferentRuns(rows: readonly PlannedRow[], table: LoadedTable): void {
  const seen = new Map<string, PlannedRow>();
  for (const row of rows) {
    for (const { identity } of row.runs) {
      if (identity === '') continue;
      const twin = seen.get(identity);
      if (twin !== undefined && twin !== row) {
        throw table.error(
          ['rows', row.index],
          `row '${row.name}' computes the same as row '${twin.name}': what it changes changes nothing in this profile`,
        );
      }
      seen.set(identity, row);
    }
  }
}
