import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFileAtomic } from '@prismamba/formats/node';
import { version_core } from '@tensorflow/tfjs-core';
import { allCases, SECTIONS, type Section } from './cases.js';
import { performanceChart, renderSvg } from './chart.js';
import { appRoot, repositoryRoot } from './paths.js';
import { runJob } from './child.js';
import { measuredEngines, type MeasuredEngine } from './measured-engines.js';
import { benchWebgpu } from './webgpu-bench.js';
import { performancePage, ratio, threadsText, type BenchRun, type Measured } from './performance-page.js';

const HELP = `npm run bench [-- OPTIONS]: every speed claim of Prismamba, measured, beside its rivals.

  --quick              without PyTorch and without the table of all networks (about 2 minutes)
  --only SECTION       one of ${Object.keys(SECTIONS).join(', ')}; may be repeated;
                       the other sections of docs/performance.md keep the rows of their last run
  --case TEXT          only cases whose name contains the text; the other rows keep their last figures
  --backend webgpu     scans, GMSR-Net and its training step on the WebGPU adapter that is there, by its name; printed only
  --redraw             measure nothing; write the page and the chart again from docs/performance.json
  --no-write           print only; otherwise docs/performance.{md,svg,json} are written, and with the section 'engines'
                       the table from which --engine auto chooses
  --help`;

function parseOptions() {
  try {
    return parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true },
        case: { type: 'string' },
        backend: { type: 'string' },
        redraw: { type: 'boolean', default: false },
        'no-write': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    process.exit(1);
  }
}

const options = parseOptions();
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
if (options.backend !== undefined) {
  if (options.backend !== 'webgpu') {
    console.error(
      `bench: --backend ${options.backend}: wanted webgpu; the tables without it are of WASM and its rivals`,
    );
    process.exit(1);
  }
  process.exit(benchWebgpu(options.case) ? 0 : 1);
}
const unknown = (options.only ?? []).filter((name) => !(name in SECTIONS));
if (unknown.length > 0) {
  console.error(
    `bench: unknown section '${unknown.join(', ')}'; sections are ${Object.keys(SECTIONS).join(', ')}`,
  );
  process.exit(1);
}

const sections = (options.only as Section[] | undefined) ?? (Object.keys(SECTIONS) as Section[]);
// The roofline is the yardstick of the operators.
const wanted = new Set<Section>(sections.includes('operators') ? [...sections, 'roofline'] : sections);
const cases = allCases().filter(
  (c) =>
    !options.redraw &&
    wanted.has(c.section) &&
    !(options.quick && c.slow === true) &&
    (options.case === undefined || c.name.includes(options.case)),
);
// Rivals have a lock file of their own: installed here, at the first bench that wants one, and by nothing else.
const rivals = join(appRoot, 'rivals');
if (cases.some(({ ours }) => !ours) && !existsSync(join(rivals, 'node_modules'))) {
  console.log('installing the rivals (onnxruntime-node, jax-js) ...');
  const install = spawnSync('npm', ['ci', '--no-workspaces', '--no-fund', '--no-audit'], {
    cwd: rivals,
    stdio: 'inherit',
  });
  if (install.status !== 0) console.log('the rivals could not be installed: their rows stay empty');
}

const run = options.redraw ? { date: '', commit: '', rooflineNs: null } : describeRun();
const rows: Measured[] = [];
for (const [i, one] of cases.entries()) {
  const row: Measured = { case: one, outcome: one.run(), run };
  const label = `[${i + 1}/${cases.length}] ${SECTIONS[one.section]}: ${one.name}, ${one.size}, threads: ${threadsText(row)}`;
  rows.push(row);
  if ('missing' in row.outcome) {
    console.log(`${label}: ${row.outcome.missing}`);
    continue;
  }
  const { cpuSeconds, seconds, nsPerUnit, peakBytes, composedSeconds, wasmSeconds } = row.outcome.result;
  if (composedSeconds !== undefined && wasmSeconds !== undefined) {
    const times = (other: number) => (other / seconds).toFixed(2);
    console.log(
      `${label}: ${(1000 * seconds).toFixed(2)} ms on copies; composed takes ${times(composedSeconds)} times as long, WASM ${times(wasmSeconds)}`,
    );
    continue;
  }
  const over = ratio(rows, row);
  console.log(
    `${label}: ${nsPerUnit === undefined ? `${seconds.toFixed(3)} s, CPU ${cpuSeconds.toFixed(3)} s, CPU / wall ${(cpuSeconds / seconds).toFixed(2)}` : `${nsPerUnit.toFixed(1)} ns a unit`}` +
      `, ${((peakBytes ?? 0) / 2 ** 20).toFixed(0)} MB${over === undefined ? '' : `, ${over.toFixed(1)}x our CPU time`}`,
  );
}

const rowKey = ({ section, name, size, threads }: Measured['case']) =>
  `${section}/${name}/${size}/${threads}`;

/** When, at which commit and on how fast a host: rows of several runs can stand on one page. */
function describeRun(): BenchRun {
  const git = (...args: string[]) =>
    spawnSync('git', args, { cwd: repositoryRoot, encoding: 'utf8' }).stdout.trim();
  const changed = git('status', '--porcelain', '--untracked-files=no', '--', 'packages', 'apps') !== '';
  const calibration = runJob('calibrate', { relaxed: false });
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: `${git('rev-parse', '--short=7', 'HEAD')}${changed ? ' and changes' : ''}`,
    rooflineNs: 'result' in calibration ? (calibration.result.nsPerUnit ?? null) : null,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    load: Number(loadavg()[0]!.toFixed(1)),
  };
}

/** Rows that were not run now, from the last run's file; their run stays with them. */
function keptRows(file: string, measured: readonly Measured[]): Measured[] {
  if (!existsSync(file)) return [];
  const current = new Set(allCases().map(rowKey));
  const { rows: old } = JSON.parse(readFileSync(file, 'utf8')) as { rows: Record<string, unknown>[] };
  return old
    .filter(
      (row) =>
        current.has(rowKey(row as unknown as Measured['case'])) &&
        !measured.some((other) => rowKey(other.case) === rowKey(row as unknown as Measured['case'])),
    )
    .map((row) => {
      const { section, name, size, threads, ours, run, missing, ...result } = row;
      return {
        case: {
          section,
          name,
          size,
          threads,
          ours,
          run: () => ({ missing: 'not run' }),
        } as unknown as Measured['case'],
        outcome: (missing === undefined ? { result } : { missing }) as Measured['outcome'],
        run: run as BenchRun,
      };
    });
}

type Context = Parameters<typeof performancePage>[1];

function keptContext(file: string, otherwise: Context): Context {
  if (!existsSync(file)) return otherwise;
  const { machine, versions, date, command } = JSON.parse(readFileSync(file, 'utf8')) as Context;
  return { machine, versions, date, command };
}

if (!options['no-write']) {
  const docs = join(repositoryRoot, 'docs');
  const processors = cpus();
  const measuredNow = {
    machine: `${processors[0]?.model.trim() ?? 'unknown CPU'}, ${processors.length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    versions: `Node ${process.version}, TensorFlow.js ${version_core}`,
    date: run.date,
    command: 'npm run bench',
  };
  // Pages that are only drawn anew keep what they say of the machine that measured them.
  const context = rows.length > 0 ? measuredNow : keptContext(join(docs, 'performance.json'), measuredNow);
  const order = allCases().map(rowKey);
  const page = [...rows, ...keptRows(join(docs, 'performance.json'), rows)].sort(
    (a, b) => order.indexOf(rowKey(a.case)) - order.indexOf(rowKey(b.case)),
  );
  const spec = performanceChart(page);
  const flat = page.map(({ case: { section, name, size, threads, ours }, outcome, run: measuredIn }) => ({
    // A rival's result may bear names of ours, such as the size of one image.
    ...('result' in outcome ? outcome.result : { missing: outcome.missing }),
    section,
    name,
    size,
    threads,
    ours,
    run: measuredIn,
  }));
  writeFileAtomic(join(docs, 'performance.md'), performancePage(page, context));
  writeFileAtomic(join(docs, 'performance.json'), `${JSON.stringify({ ...context, rows: flat }, null, 2)}\n`);
  writeFileAtomic(join(docs, 'performance.svg'), await renderSvg(spec));
  if (rows.some((row) => row.case.section === 'engines')) {
    const file = join(repositoryRoot, 'apps', 'experiments', 'src', 'engine', 'measured-engines.json');
    const before = JSON.parse(readFileSync(file, 'utf8')) as Record<string, MeasuredEngine>;
    writeFileAtomic(file, `${JSON.stringify(measuredEngines(before, rows), null, 2)}\n`);
    console.log(
      'written: apps/experiments/src/engine/measured-engines.json, from which --engine auto chooses',
    );
  }
  console.log(`written: docs/performance.md, docs/performance.json, docs/performance.svg`);
}
