import Table from 'cli-table3';
import { Command, Option } from 'commander';
import { loadProfile, loadTable, shippedTables } from '../tables/load-table.js';
import { planTable } from '../tables/plan-table.js';
import { profileNames, type ProfileName } from '../tables/table-schema.js';
import { collect, jsonOption, writeJson } from './options.js';

interface TablesOptions {
  readonly profile: ProfileName;
  readonly data: readonly string[];
  readonly split: readonly string[];
  readonly runs: string;
  readonly json?: boolean;
}

/** What `prismamba tables` says of a table. */
interface ListedTable {
  readonly table: string;
  readonly title: string;
  readonly rows: number;
  readonly runs: number;
  readonly done: number;
  readonly state: 'done' | 'begun' | 'to do' | 'data missing';
  readonly cost: string;
  /** What is missing, and how to get it. */
  readonly missing: readonly string[];
}

async function listTable(name: string, { profile, data, split, runs }: TablesOptions): Promise<ListedTable> {
  const table = loadTable(name);
  const rows = await planTable(table, loadProfile(profile), { data, split, set: [], runs });
  const all = rows.flatMap((row) => row.runs);
  const done = all.filter(({ finished }) => finished).length;
  const missing = [...new Set(rows.flatMap((row) => row.missing ?? []))];
  const state =
    done === all.length ? 'done' : missing.length > 0 ? 'data missing' : done > 0 ? 'begun' : 'to do';
  const { title, profiles } = table.file;
  return {
    table: name,
    title,
    rows: rows.length,
    runs: all.length,
    done,
    state,
    cost: profiles[profile].cost,
    missing,
  };
}

/** `prismamba tables`. */
export function tablesCommand(): Command {
  return new Command('tables')
    .summary('list the tables that can be reproduced, with state and cost')
    .description(
      'Lists the tables of the papers and those beyond them: how many runs each takes in a profile, how many are done, ' +
        'what they cost, and which data are missing and how to get them.',
    )
    .addOption(new Option('--profile <name>', 'full, mini or smoke').choices(profileNames).default('mini'))
    .option('--data <folder>', 'real scenes; GROUP=DIR where a table has several data sets', collect, [])
    .option('--split <file>', 'JSON of training and test scenes', collect, [])
    .option('--runs <folder>', 'folder for runs', 'runs')
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  prismamba tables\n  prismamba tables --profile full --json')
    .action(async (options: TablesOptions) => {
      const listed: ListedTable[] = [];
      for (const name of shippedTables()) listed.push(await listTable(name, options));
      if (options.json === true) {
        writeJson(listed);
        return;
      }
      const table = new Table({
        head: ['table', 'what', 'rows', 'runs done', 'state', 'cost'],
        style: { head: [], border: [], compact: true },
        colWidths: [null, 44, null, null, null, 40],
        wordWrap: true,
      });
      for (const { table: name, title, rows, runs, done, state, cost } of listed)
        table.push([name, title, rows, `${done} of ${runs}`, state, cost]);
      table.push([
        'complexity',
        'Params and FLOPs columns of the papers, counted',
        '',
        '',
        'seconds',
        'no training',
      ]);
      const missing = [...new Set(listed.flatMap((item) => item.missing))];
      process.stdout.write(`${table.toString()}\nprofile ${options.profile}\n`);
      for (const text of missing) process.stdout.write(`missing: ${text}\n`);
    });
}
