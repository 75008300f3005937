// `npm test`: everything that must hold before a commit lands, in the order of cost. Every step runs even when
// an earlier one failed, so that one run tells all; the last line is `N passed, N failed[, N skipped]`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const env = {
  ...process.env,
  NX_DAEMON: 'false',
  FORCE_COLOR: '0',
  NX_TUI: 'false',
};
const only = process.argv.slice(2);
const nx = (target) => [
  process.execPath,
  'node_modules/nx/dist/bin/nx.js',
  'run-many',
  '-t',
  target,
  '--outputStyle=static',
];
const bin = (path, ...args) => [process.execPath, join('node_modules', path), ...args];

const steps = [
  ['format', bin('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.')],
  ['kernels', nx('kernels')],
  [
    'lint',
    bin('eslint/bin/eslint.js', '.', '--max-warnings', '0', '--cache', '--cache-location', '.nx/eslint'),
  ],
  ['types', nx('typecheck')],
  ['types of the tools', bin('typescript/bin/tsc', '--noEmit', '-p', 'tools/tsconfig.json')],
  ['tests', nx('test')],
  ['tests of the tools', bin('vitest/vitest.mjs', 'run', '--root', 'tools')],
  ['build', nx('build')],
  ['packages', [process.execPath, 'tools/check-packages.mjs']],
  ['examples', [process.execPath, 'tools/run-examples.mjs']],
  // A lane of its own, run here where its program is found; each of its tests says why where it is not.
  ['browser', [process.execPath, 'tools/test-lane.mjs', 'browser']],
];

const reports = join(root, 'reports');
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

let passed = 0;
let failed = 0;
let skipped = 0;
const failures = [];
for (const [name, [command, ...args]] of steps) {
  if (only.length > 0 && !only.includes(name)) continue;
  const start = performance.now();
  process.stdout.write(`\n=== ${name}\n`);
  const result = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' });
  const ok = result.status === 0;
  if (ok) passed++;
  else {
    failed++;
    failures.push(name);
  }
  process.stdout.write(
    `=== ${name}: ${ok ? 'ok' : 'FAILED'} (${((performance.now() - start) / 1000).toFixed(1)} s)\n`,
  );
}

// Single tests, from the reports of vitest (restored from the cache with the target's outputs).
const skippedNames = [];
for (const file of readdirSync(reports)) {
  const report = JSON.parse(readFileSync(join(reports, file), 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  for (const suite of report.testResults ?? []) {
    if (suite.status === 'failed')
      failures.push(`${file.replace('.json', '')}: ${suite.name.replace(root, '')}`);
    for (const test of suite.assertionResults ?? []) {
      if (test.status === 'failed') failures.push(`${file.replace('.json', '')}: ${test.fullName}`);
      if (test.status === 'pending' || test.status === 'skipped' || test.status === 'todo') {
        skipped++;
        skippedNames.push(`${file.replace('.json', '')}: ${test.fullName}`);
      }
    }
  }
}
if (skippedNames.length > 0)
  process.stdout.write(`\nSkipped:\n${skippedNames.map((n) => `  ${n}\n`).join('')}`);
if (failures.length > 0) process.stdout.write(`\nFailed:\n${failures.map((n) => `  ${n}\n`).join('')}`);
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exit(failed === 0 ? 0 : 1);
