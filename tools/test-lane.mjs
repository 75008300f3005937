// `npm run test:<lane>`: one of the slow lanes (files `*.<lane>.test.ts`) in every room that has tests of it. Each
// room runs its own vitest, one after the other; the exit status is 1 when one of them failed.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, workspacePackages } from './workspace.mjs';

const [lane, ...args] = process.argv.slice(2);
if (lane === undefined || !/^[a-z]+$/.test(lane)) {
  console.error('usage: node tools/test-lane.mjs <lane> [arguments of vitest], for instance: browser');
  process.exit(2);
}
const rooms = workspacePackages().filter(({ directory }) =>
  readdirSync(join(directory, 'src'), { recursive: true }).some((name) =>
    String(name).endsWith(`.${lane}.test.ts`),
  ),
);
if (rooms.length === 0) {
  console.error(`test-lane: no room has a file *.${lane}.test.ts`);
  process.exit(2);
}

const node = (cwd, ...rest) =>
  spawnSync(process.execPath, rest, {
    cwd,
    env: { ...process.env, PRISMAMBA_LANE: lane, NX_DAEMON: 'false', NX_TUI: 'false' },
    stdio: 'inherit',
  }).status === 0;
if (!node(root, 'node_modules/nx/dist/bin/nx.js', 'run-many', '-t', 'kernels', '--outputStyle=static')) {
  process.exit(1);
}
const failed = rooms.filter(({ directory, name }) => {
  process.stdout.write(`\n=== ${name}, lane ${lane}\n`);
  const report = `--outputFile.json=${join(root, 'reports', `${name}.${lane}.json`)}`;
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  return !node(directory, vitest, 'run', '--reporter=verbose', '--reporter=json', report, ...args);
});
if (failed.length > 0) console.error(`\nfailed: ${failed.map(({ name }) => name).join(', ')}`);
process.exit(failed.length > 0 ? 1 : 0);
