import { join } from 'node:path';
import Table from 'cli-table3';
import { Command, Option } from 'commander';
import { parseOverride } from '../config/overrides.js';
import { jobsOption, launch, launcherOption, typedOptions, type LauncherOptions } from '../launch/launch.js';
import { formatSeconds } from '../run/progress-bar.js';
import { startBackend } from '../start-backend.js';
import { collectTable } from '../tables/collect-table.js';
import { loadProfile, loadTable, shippedTables } from '../tables/load-table.js';
import { measureRun, type RunCost } from '../tables/measure-run.js';
import { planTable, seedsOf, type PlannedRow } from '../tables/plan-table.js';
import { missingRuns, prepareTable } from '../tables/prepare-table.js';
import { profileNames, type ProfileName } from '../tables/table-schema.js';
import { remarksOf, textTables } from '../tables/table-text.js';
import type { TableResult } from '../tables/table-result.js';
import { writeTable } from '../tables/write-table.js';
import { writeTablePage } from '../tables/write-table-page.js';
import { EXIT, UserError, usageError } from '../user-error.js';
import { complexityCommand, reproduceComplexity } from './complexity.js';
import { backendOption, collect, settingsWithBackend } from './options.js';

interface ReproduceOptions extends LauncherOptions {
  readonly profile: ProfileName;
  readonly seeds?: string;
  readonly data: readonly string[];
  readonly split: readonly string[];
  readonly set: readonly string[];
  readonly backend?: string;
  readonly runs: string;
  readonly out: string;
  readonly dryRun: boolean;
}

function parseSeeds(text: string): number[] {
  const seeds = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (seeds.some((seed) => !Number.isInteger(seed) || seed < 0) || new Set(seeds).size < seeds.length) {
    throw usageError(`--seeds ${text}: wanted different whole numbers of 0 or more, such as 1,2,3`);
  }
  return seeds;
}

/** The command without the folders of this machine, as it stands in the table. */
function commandOf(name: string, { profile, seeds, data, split, set }: ReproduceOptions): string {
  const quote = (text: string) => (/[\s'"#{}[\]()*?<>|&;$]/.test(text) ? `'${text}'` : text);
  const place = (text: string, stands: string) =>
    text.includes('=') ? `${text.split('=')[0]!}=${stands}` : stands;
  return [
    `prismamba reproduce ${name} --profile ${profile}`,
    ...(seeds === undefined ? [] : [`--seeds ${seeds}`]),
    ...data.map((text) => `--data ${place(text, 'DIR')}`),
    ...split.map((text) => `--split ${place(text, 'FILE')}`),
    ...set.map((text) => `--set ${quote(text)}`),
  ].join(' ');
}

/** The command as a job types it again on another node. */
function againOf(name: string, { profile, seeds, data, split, set, runs, out }: ReproduceOptions): string[] {
  return ['reproduce', name, ...typedOptions({ profile, seeds, data, split, set, runs, out })];
}

function printed(result: TableResult): string {
  const tables = textTables(result).map(({ group, head, rows }) => {
    const table = new Table({
      head: [...head],
      style: { head: [], border: [], compact: true },
      wordWrap: true,
    });
    for (const row of rows) table.push([...row]);
    return `${group === undefined ? '' : `${group}\n`}${table.toString()}`;
  });
  return [
    `${result.title} (profile ${result.profile})`,
    ...tables,
    ...remarksOf(result).map((text) => `- ${text}`),
  ].join('\n');
}

/** The runs, and for those that are to be done what they would take, by one measured step of each row. */
async function printPlan(rows: readonly PlannedRow[]): Promise<void> {
  let seconds = 0;
  for (const row of rows) {
    const { missing, runs } = row;
    const todo = missing === undefined && runs.some(({ finished }) => !finished);
    const cost = todo ? await measureRun(row) : undefined;
    for (const { finished, label, folder } of runs) {
      const state = missing !== undefined ? 'missing' : finished ? 'done' : 'to do';
      const takes = finished || cost === undefined ? '' : `  ${describeCost(cost)}`;
      if (!finished) seconds += cost?.seconds ?? 0;
      process.stdout.write(`${state.padEnd(7)}  ${label}${takes}  ${missing ?? folder}\n`);
    }
  }
  if (seconds > 0) {
    process.stdout.write(
      `about ${formatSeconds(seconds)} one after the other, by one measured step and one test scene of each row on this machine as it is now\n`,
    );
  }
}

function describeCost({ steps, secondsPerStep, seconds, bytes }: RunCost): string {
  if (steps === 0) return 'solved at once (not measured)';
  return `about ${formatSeconds(seconds)} (${steps} steps of ${secondsPerStep.toPrecision(2)} s), ${(bytes / 1e9).toFixed(1)} GB`;
}

/** Every shipped table, one after the other; goes on after one that is not complete. */
async function reproduceAll(options: ReproduceOptions): Promise<void> {
  const failed: string[] = [];
  for (const name of shippedTables()) {
    try {
      await reproduce(name, options);
    } catch (error) {
      if (!(error instanceof UserError) || error.exitCode !== EXIT.failure) throw error;
      process.stderr.write(`error: ${error.message}\n`);
      failed.push(name);
    }
  }
  if (!options.dryRun) await reproduceComplexity(join(options.out, 'complexity'));
  if (failed.length > 0) throw new UserError(`not complete: ${failed.join(', ')}`);
}

async function reproduce(name: string, options: ReproduceOptions): Promise<void> {
  const table = loadTable(name);
  const profile = loadProfile(options.profile);
  const asked = options.seeds === undefined ? undefined : parseSeeds(options.seeds);
  const set = options.set.map(parseOverride);
  const { data, split, runs } = options;
  const rows = await planTable(table, profile, {
    ...(asked === undefined ? {} : { seeds: asked }),
    data,
    split,
    set,
    runs,
  });
  const all = rows.flatMap((row) => row.runs.map((run) => ({ ...run, missing: row.missing })));
  const done = all.filter(({ finished }) => finished).length;
  const absent = all.filter(({ missing }) => missing !== undefined).length;
  process.stderr.write(
    `${table.file.title}: ${all.length} runs, ${done} done before${absent > 0 ? `, ${absent} cannot be run: data missing` : ''}\n`,
  );
  if (options.dryRun) {
    await printPlan(rows);
    return;
  }
  if (absent === all.length) {
    const reasons = [...new Set(rows.map(({ missing }) => missing))].join('\n');
    throw new UserError(`table '${table.name}', profile ${profile.name}: nothing can be run:\n${reasons}`);
  }
  if (options.launcher !== 'none') await prepareTable(rows);
  const launched = await launch(missingRuns(rows), options, {
    what: `reproduce ${table.name}`,
    out: runs,
    again: againOf(name, options),
  });
  if (launched === undefined) return;
  await startBackend('cpu'); // the operations of the networks are counted, nothing is computed
  const result = collectTable({
    table,
    profile,
    rows,
    outcomes: launched.outcomes,
    seeds: seedsOf(table, profile, asked),
    command: commandOf(name, options),
    changed: options.set,
  });
  const folder = join(options.out, table.name, profile.name);
  const files = [...writeTable(result, folder), await writeTablePage(result, folder)];
  process.stdout.write(`\n${printed(result)}\nwritten: ${files.join(', ')}\n`);
  if (result.complete) return;
  const missing = result.rows.reduce((sum, row) => sum + row.missing.length, 0);
  const message = `the table is not complete: ${missing} of ${all.length} runs are missing (marked MISSING above); finished runs are kept, the same command does the rest`;
  throw launched.incomplete(message);
}

/** `prismamba reproduce`. */
export function reproduceCommand(): Command {
  return new Command('reproduce')
    .summary('compute a table of the papers, or one beyond them, anew')
    .description(
      'Runs every row of a table with every seed, several at once, and writes the table as JSON, Markdown, LaTeX and one HTML page with its figures. ' +
        'Runs that are done are not done again. Printed numbers stand beside ours only where they can be compared.',
    )
    .argument('<table>', "a table that 'prismamba tables' lists, 'all', or a YAML file")
    .addOption(
      new Option(
        '--profile <name>',
        'full: the protocol of the paper; mini: hours on a CPU; smoke: minutes, synthetic',
      )
        .choices(profileNames)
        .default('mini'),
    )
    .option('--seeds <list>', 'such as 1,2,3 (default: those of the profile)')
    .option('--data <folder>', 'real scenes; GROUP=DIR where a table has several data sets', collect, [])
    .option('--split <file>', 'JSON of training and test scenes; FILE#subset takes a part of it', collect, [])
    .option(
      '--set <path=value>',
      'override one key that the profile does not fix; may be repeated',
      collect,
      [],
    )
    .addOption(backendOption('auto'))
    .addOption(launcherOption())
    .addOption(jobsOption())
    .option('--runs <folder>', 'folder for runs', 'runs')
    .option('--out <folder>', 'folder for tables', 'results')
    .option(
      '--dry-run',
      'say what would be run, with time and memory by one measured step of each row; run nothing',
      false,
    )
    .addHelpText(
      'after',
      `
Examples:
  prismamba reproduce gmsr-net-3 --profile smoke
  prismamba reproduce gmsr-net-3 --profile mini --data DIR --split DIR/split.json --seeds 1,2
  prismamba reproduce gmsr-net-1 --profile full --data cave=DIR --dry-run
  prismamba reproduce gmsr-net-3 --profile mini --data DIR --split DIR/split.json --launcher slurm
  prismamba reproduce all --profile smoke
  prismamba reproduce complexity`,
    )
    .action((name: string, given: ReproduceOptions) => {
      const options = { ...given, set: settingsWithBackend(given) };
      return name === 'all' ? reproduceAll(options) : reproduce(name, options);
    })
    .addCommand(complexityCommand());
}
