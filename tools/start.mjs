// `npm start [-- OPTIONS]`: builds what the main job needs (SIMD kernels and the command line, no package
// builds) and runs `prismamba train quickstart OPTIONS`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { nxCommand, root } from './workspace.mjs';

const [node, ...args] = nxCommand('run', '@prismamba/experiments:bundle');
const nx = spawnSync(node, args, {
  cwd: root,
  stdio: ['ignore', 'pipe', 'pipe'],
  env: { ...process.env, NX_DAEMON: 'false' },
  encoding: 'utf8',
});
if (nx.status !== 0) {
  process.stderr.write(nx.stdout + nx.stderr);
  process.stderr.write('npm start: building the command line failed (see above)\n');
  process.exit(1);
}
const job = spawnSync(
  process.execPath,
  [join(root, 'apps/experiments/dist/cli.js'), 'train', 'quickstart', ...process.argv.slice(2)],
  { cwd: process.env.INIT_CWD ?? root, stdio: 'inherit' },
);
process.exit(job.status ?? 1);
