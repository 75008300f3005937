import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { nearestNames } from '@prismamba/core';
import { getProtocol } from '@prismamba/metrics';
import { stringify } from 'yaml';
import type { z } from 'zod';
import { ConfigError } from '../config/config-error.js';
import { explainIssue, firstIssue, valueAt } from '../config/explain-issue.js';
import type { Override } from '../config/overrides.js';
import { shippedFolder } from '../config/shipped.js';
import { parseYaml, type YamlSource } from '../config/yaml-source.js';
import { UserError } from '../user-error.js';
import {
  profileSchema,
  tableSchema,
  type ProfileFile,
  type ProfileName,
  type TableFile,
} from './table-schema.js';

type Path = readonly (string | number)[];

/** A table file that was read; `settings` makes overrides of one of its `set` keys, which know their place in the file. */
export interface LoadedTable {
  readonly name: string;
  readonly file: TableFile;
  settings(path: Path): Override[];
  error(path: Path, problem: string): ConfigError;
}

export interface LoadedProfile {
  readonly name: ProfileName;
  readonly file: ProfileFile;
  readonly settings: readonly Override[];
}

/** The folder of the tables that are shipped, beside the experiments. */
export const tablesFolder = (): string => join(dirname(shippedFolder()), 'tables');

/** Names of the shipped tables. */
export function shippedTables(): string[] {
  return readdirSync(tablesFolder())
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.replace(/\.yaml$/, ''))
    .sort();
}

/** Its file, and what messages call it: a table that is shipped goes by its folder there, anyone's own as they named it. */
function findTable(name: string): { path: string; shown: string } {
  if (/\.ya?ml$/.test(name) && existsSync(name) && statSync(name).isFile())
    return { path: name, shown: name };
  const shipped = join(tablesFolder(), `${name}.yaml`);
  if (existsSync(shipped)) return { path: shipped, shown: join('tables', basename(shipped)) };
  const known = [...shippedTables(), 'complexity'];
  const [nearest] = nearestNames(name, known, 1);
  const hint = nearest === undefined ? '' : ` Did you mean '${nearest}'?`;
  throw new UserError(
    `there is no table '${name}'.${hint} Tables: ${known.join(', ')}; or name a YAML file of your own`,
  );
}

function check<T>(schema: z.ZodType<T>, source: YamlSource): T {
  const result = schema.safeParse(source.value);
  if (result.success) return result.data;
  const issue = firstIssue(result.error);
  const { path, which, problem } = explainIssue(issue, schema, valueAt(source.value, issue.path));
  throw new ConfigError(source.place(path, which), path, problem);
}

/** `{ training.duration: 400 steps }` as overrides that name their place in the file. */
function overridesOf(source: YamlSource, path: Path): Override[] {
  const settings = valueAt(source.value, path) as Readonly<Record<string, unknown>> | undefined;
  return Object.entries(settings ?? {}).map(([key, value]) => ({
    path: key.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
    value,
    text: `${key}=${stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim()}`,
    option: source.place([...path, key]),
  }));
}

/** Reads a shipped table by name, or a YAML file. @throws ConfigError `file:line:column: path: message`. */
export function loadTable(name: string): LoadedTable {
  const { path, shown } = findTable(name);
  const source = parseYaml(readFileSync(path, 'utf8'), shown);
  const file = check(tableSchema, source);
  const table: LoadedTable = {
    name: basename(path).replace(/\.ya?ml$/, ''),
    file,
    settings: (at) => overridesOf(source, at),
    error: (at, problem) => new ConfigError(source.place(at), at, problem),
  };
  requireDifferentNames(table);
  checkNumbers(table);
  return table;
}

export function loadProfile(name: ProfileName): LoadedProfile {
  const path = join(tablesFolder(), 'profiles', `${name}.yaml`);
  const source = parseYaml(readFileSync(path, 'utf8'), join('tables', 'profiles', basename(path)));
  return { name, file: check(profileSchema, source), settings: overridesOf(source, ['set']) };
}

function requireDifferentNames({ file, error }: LoadedTable): void {
  for (const part of ['rows', 'groups', 'metrics'] as const) {
    const names = file[part].map(({ name }) => name);
    const i = names.findIndex((name, k) => names.indexOf(name) !== k);
    if (i >= 0) {
      const first = names.indexOf(names[i]!);
      throw error(
        [part, i, 'name'],
        `'${names[i]!}' is also the name of entry ${first + 1} of ${part}; names must differ`,
      );
    }
  }
}

/** Printed numbers by metric, or by group and then metric, as the table has groups or not. */
export function paperOf(
  { rows }: TableFile,
  row: number,
  group: string | undefined,
): Readonly<Record<string, number>> | undefined {
  const paper = rows[row]!.paper;
  if (paper === undefined) return undefined;
  if (group === undefined) return paper as Readonly<Record<string, number>>;
  return (paper as Readonly<Record<string, Readonly<Record<string, number>>>>)[group];
}

function checkNumbers({ file, error }: LoadedTable): void {
  const known = (name: string, names: readonly string[], at: Path, what: string) => {
    if (names.includes(name)) return;
    const [nearest] = nearestNames(name, names, 1);
    const hint = nearest === undefined ? `known: ${names.join(', ')}` : `did you mean '${nearest}'?`;
    throw error(at, `there is no ${what} '${name}', ${hint}`);
  };
  const groups = file.groups.map(({ name }) => name);
  const printed = file.metrics.filter((metric) => metric.printed).map(({ name }) => name);
  file.metrics.forEach(({ name, column = name, protocol }, i) => {
    const columns = getProtocol(protocol).columns.map(({ key }) => key);
    known(column, columns, ['metrics', i, 'name'], `column of the protocol ${protocol}`);
  });
  file.rows.forEach(({ paper = {} }, i) => {
    for (const [key, value] of Object.entries(paper)) {
      const at = ['rows', i, 'paper', key];
      if (typeof value === 'number') {
        if (groups.length > 0)
          throw error(at, `the table has groups: write { ${groups.join(': {...}, ')}: {...} }`);
        known(key, printed, at, 'printed metric');
      } else {
        known(key, groups, at, 'group');
        for (const metric of Object.keys(value)) known(metric, printed, [...at, metric], 'printed metric');
      }
    }
  });
  const rows = file.rows.map(({ name }) => name);
  for (const [profile, { groups: chosen = [], rows: some = [] }] of Object.entries(file.profiles)) {
    some.forEach((name, i) => known(name, rows, ['profiles', profile, 'rows', i], 'row'));
    chosen.forEach((name, i) => known(name, groups, ['profiles', profile, 'groups', i], 'group'));
  }
}
