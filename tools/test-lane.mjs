// `npm run test:<lane>`: one of the slow lanes (files `*.<lane>.test.ts`) in every package that has tests of it. Each
// package runs its own vitest, one after the other; the exit status is 1 when one of them failed.
import { spawnSync } from 'node:child_process';
import { join, relative } from 'node:path';
import { webgpuAdapter } from './webgpu/adapter.mjs';
import { nxCommand, root, testFiles, workspacePackages } from './workspace.mjs';

const [lane, ...args] = process.argv.slice(2);
if (lane === undefined || !/^[a-z]+$/.test(lane)) {
  console.error('usage: node tools/test-lane.mjs <lane> [arguments of vitest], for instance: browser');
  process.exit(2);
}
const packages = workspacePackages().filter(({ directory }) => testFiles(directory, lane).length > 0);
if (packages.length === 0) {
  console.error(`test-lane: no package has a file *.${lane}.test.ts`);
  process.exit(2);
}

const own = lane === 'webgpu' ? webgpuAdapter() : { env: {} };
if (lane === 'webgpu') console.log(own.adapter === undefined ? own.reason : `adapter: ${own.adapter}`);
const node = (cwd, ...rest) =>
  spawnSync(process.execPath, rest, {
    cwd,
    env: { ...process.env, ...own.env, PRISMAMBA_LANE: lane, NX_DAEMON: 'false', NX_TUI: 'false' },
    stdio: 'inherit',
  }).status === 0;
if (!node(root, ...nxCommand('run-many', '-t', 'kernels').slice(1))) process.exit(1);
const failed = packages.filter(({ directory, name }) => {
  process.stdout.write(`\n=== ${name}, lane ${lane}\n`);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const report = `--outputFile.json=${join(root, 'reports', `${relative(root, directory)}.${lane}.json`)}`;
  // The verbose reporter gives the reason of a skipped test.
  return !node(directory, vitest, 'run', '--reporter=verbose', '--reporter=json', report, ...args);
});
if (failed.length > 0) console.error(`\nfailed: ${failed.map(({ name }) => name).join(', ')}`);
process.exit(failed.length > 0 ? 1 : 0);
