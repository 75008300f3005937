// `npm test`: everything that must hold before a commit lands. Every step runs even when an earlier one failed, so that
// one run tells all; the last line is `N passed, N failed[, N skipped]`. `npm test -- STEP...` runs single steps; `npm run
// test:fast` (`--fast`) runs types and the tests but for the files of long-tests.json.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readReports } from './test-reports.mjs';
import { nxCommand, root, testFiles, workspacePackages } from './workspace.mjs';

const bin = (path, ...args) => [process.execPath, join('node_modules', path), ...args];
const tool = (name, ...args) => [process.execPath, join('tools', name), ...args];

/** Four for two cores: steps also wait, for files and child processes, and no long one is left for the end. */
const SLOTS = 4;
/** Steps of tests by themselves, and their packages; the step `tests` has all others. */
const testSteps = {
  application: ['@prismamba/experiments'],
  readers: ['@prismamba/formats'],
  operators: ['@prismamba/backend', '@prismamba/ssm-core', '@prismamba/spectral-attention'],
};
const testsOf = (...which) => nxCommand('run-many', '-t', 'test', '--parallel=1', ...which);
const withKernels = workspacePackages()
  .filter(({ manifest }) => manifest.scripts?.kernels?.includes('build-kernels'))
  .map(({ directory }) => directory);
/**
 * The steps in the order in which they begin, `SLOTS` at a time, each as soon as those that it comes `after` are done: what others wait
 * for first, then the longest. Each takes one core. The tests are four of them; the readers of files need no kernels.
 */
const allSteps = [
  // In one process: the compiler is warm after the first module. What is up to date is left alone when Nx asks for it.
  { name: 'kernels', command: tool('build-kernels.mjs', ...withKernels) },
  { name: 'readers', command: testsOf('-p', testSteps.readers.join(','), '--exclude-task-dependencies') },
  { name: 'format', command: bin('oxfmt/bin/oxfmt', '--check') },
  { name: 'build', command: nxCommand('run-many', '-t', 'build'), after: ['kernels'] },
  { name: 'application', command: testsOf('-p', testSteps.application.join(',')), after: ['kernels'] },
  {
    name: 'tests',
    command: testsOf('--exclude', Object.values(testSteps).flat().join(',')),
    after: ['kernels'],
  },
  { name: 'commands', command: tool('run-commands.mjs'), after: ['build'] },
  { name: 'operators', command: testsOf('-p', testSteps.operators.join(',')), after: ['kernels'] },
  { name: 'first use', command: tool('first-use.mjs', '--short'), after: ['build'] },
  {
    name: 'tools',
    command: [process.execPath, '../node_modules/vitest/vitest.mjs', 'run'],
    folder: 'tools',
    after: ['build'],
  },
  // A lane of its own, run here by CI, or where it is asked for; each of its tests says why where its program is not found.
  { name: 'browser', command: tool('test-lane.mjs', 'browser'), after: ['build'] },
  { name: 'packages', command: tool('check-package.mjs', '--all'), after: ['build'] },
  { name: 'imports', command: tool('check-imports.mjs'), after: ['kernels'] },
  { name: 'types', command: bin('typescript-7/bin/tsc', '-p', 'tsconfig.json'), after: ['kernels'] },
  // With as many threads as cores: it fills what the last steps leave.
  { name: 'lint', command: bin('oxlint/bin/oxlint'), after: ['kernels'] },
];
const names = allSteps.map(({ name }) => name);
const fast = process.argv.includes('--fast');
const asked = process.argv.slice(2).filter((name) => name !== '--fast');
const allTests = [...Object.keys(testSteps), 'tests'];
/** Where nobody waits for it: every printed command in a clone of its own, and what needs Chromium. */
const CI_ONLY = ['commands', 'browser'];
const inCi = process.env.CI !== undefined && process.env.CI !== 'false';
const all = fast
  ? ['kernels', 'types', ...allTests]
  : names.filter((name) => !CI_ONLY.includes(name) || inCi);
// Who asks for the tests means all of them.
const named = asked.length === 0 ? all : asked.flatMap((name) => (name === 'tests' ? allTests : [name]));
const unknown = named.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`npm test: no step '${unknown.join("', '")}'; the steps are ${names.join(', ')}\n`);
  process.exit(2);
}
// Lint checks the types too, as its rules need them: the compiler by itself would do it again.
const wanted = (name) => named.includes(name) && !(name === 'types' && named.includes('lint'));

// Reports of earlier runs would be counted as this run's. Nx restores those of cached tests with the target.
const reports = join(root, 'reports');
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const failures = [];
let passed = 0;
const steps = allSteps.filter(({ name }) => wanted(name));
await runSteps(steps);

/** The first step of the list that waits for none which is still to end. */
async function runSteps(waiting) {
  const open = new Set(waiting.map(({ name }) => name));
  const running = new Set();
  while (waiting.length > 0 || running.size > 0) {
    const ready = waiting.find(({ after = [] }) => !after.some((name) => open.has(name)));
    if (ready === undefined || running.size === SLOTS) {
      await Promise.race(running);
      continue;
    }
    waiting.splice(waiting.indexOf(ready), 1);
    const run = runStep(ready).then(() => {
      open.delete(ready.name);
      running.delete(run);
    });
    running.add(run);
  }
}

/** Runs a step and prints its output in one piece, because another may be running beside it. */
async function runStep({ name, command: [command, ...args], folder = '.' }) {
  const start = performance.now();
  const env = {
    ...process.env,
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    FORCE_COLOR: '0',
    // A step takes one core.
    PRISMAMBA_TEST_WORKERS: '1',
    ...(fast ? { PRISMAMBA_LANE: 'fast' } : {}),
  };
  const child = spawn(...timed(command, args), {
    cwd: join(root, folder),
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const output = [];
  let times = '';
  child.stdio[3].on('data', (chunk) => (times += chunk));
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const ok = await new Promise((resolve) => child.on('close', (code) => resolve(code === 0)));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(
    `\n=== ${name}\n${Buffer.concat(output).toString()}=== ${name}: ${ok ? 'ok' : 'FAILED'} (${seconds} s${cpu(times)})\n`,
  );
  if (ok) passed++;
  else failures.push(name);
}

/** The command in a shell that writes the processor time of all its children to file 3; as it is where there is no shell. */
function timed(command, args) {
  if (process.platform === 'win32') return [command, args];
  return ['sh', ['-c', '"$@"; code=$?; times >&3; exit $code', 'sh', command, ...args]];
}

/** Processor time of a step, which does not depend on what else the machine does: the last line that `times` wrote. */
function cpu(times) {
  const used = [...(times.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  if (used.length === 0) return '';
  return `, cpu ${used.reduce((sum, [, minutes, seconds]) => sum + 60 * minutes + Number(seconds), 0).toFixed(0)} s`;
}

const { files: longTests } = JSON.parse(readFileSync(join(root, 'tools/long-tests.json'), 'utf8'));
const isLong = (file) => fast && longTests.includes(basename(file));
const leftOut = workspacePackages().flatMap(({ directory }) => testFiles(directory).filter(isLong));

// A package with tests must have left a report, whatever its manifest says.
const stepOf = (name) => Object.keys(testSteps).find((step) => testSteps[step].includes(name)) ?? 'tests';
const expected = [
  ...workspacePackages()
    .filter(({ manifest: { name } }) => wanted(stepOf(name)))
    .map(({ directory }) => directory),
  ...(wanted('tools') ? [join(root, 'tools')] : []),
].filter((directory) => testFiles(directory).some((file) => !isLong(file)));
const tests = readReports(root, expected);
failures.push(...tests.failures);
passed += tests.passed;
const list = (title, lines) =>
  lines.length === 0 ? '' : `\n${title}:\n${lines.map((line) => `  ${line}\n`).join('')}`;
process.stdout.write(list('Skipped', tests.skipped) + list('Failed', failures));
if (!fast && asked.length === 0 && !inCi) {
  process.stdout.write(`\nLeft to CI: ${CI_ONLY.join(', ')}; here: npm test -- ${CI_ONLY.join(' ')}\n`);
}
if (leftOut.length > 0) {
  process.stdout.write(`\n${leftOut.length} long test files are left out; npm test runs them\n`);
}
const skipped = tests.skipped.length > 0 ? `, ${tests.skipped.length} skipped` : '';
process.stdout.write(`\n${passed} passed, ${failures.length} failed${skipped}\n`);
process.exit(failures.length === 0 ? 0 : 1);
