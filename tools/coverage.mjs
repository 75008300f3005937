// `npm run coverage [-- packages/metrics ...]`: runs the tests of each package (of all, unless named) and prints which part of its sources
// they run. Kernels are WebAssembly and are not counted: what their tests notice is told by `npm run mutate`.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, testFiles, workspacePackages } from './workspace.mjs';

const named = process.argv.slice(2);
const packages = workspacePackages()
  .map(({ directory }) => relative(root, directory))
  .filter((path) => testFiles(join(root, path)).length > 0)
  .filter((path) => named.length === 0 || named.includes(path));
if (packages.length === 0) {
  console.error(
    `coverage: no package of ${named.join(', ')} has tests; name folders such as packages/metrics`,
  );
  process.exit(2);
}

const KINDS = ['lines', 'branches', 'functions'];
const row = (cells) => cells.map((cell, i) => (i === 0 ? cell.padEnd(30) : cell.padStart(11))).join('');
const rows = [];
let failed = false;
for (const path of packages) {
  const folder = join(root, 'reports/coverage', path);
  const options = {
    enabled: 'true',
    provider: 'v8',
    reporter: 'json-summary',
    reportsDirectory: folder,
    include: `${path}/src/**/*.ts`,
    reportOnFailure: 'true',
  };
  const without = ['*.test.ts', '*.as.ts', 'testing/**', 'generated/**', '*.page.ts'].map(
    (pattern) => `${path}/src/**/${pattern}`,
  );
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=dot',
      ...Object.entries(options).map(([key, value]) => `--coverage.${key}=${value}`),
      ...without.map((pattern) => `--coverage.exclude=${pattern}`),
    ],
    { cwd: join(root, path), stdio: ['ignore', 'ignore', 'inherit'] },
  );
  failed ||= status !== 0;
  const summary = join(folder, 'coverage-summary.json');
  if (!existsSync(summary)) {
    rows.push(row([path, ...KINDS.map(() => 'none')]));
    continue;
  }
  const { total } = JSON.parse(readFileSync(summary, 'utf8'));
  rows.push(
    row([path, ...KINDS.map((kind) => `${total[kind].pct.toFixed(1)} %`)]) +
      (status === 0 ? '' : '  (tests failed)'),
  );
}
console.log([row(['package', ...KINDS]), ...rows].join('\n'));
process.exit(failed ? 1 : 0);
