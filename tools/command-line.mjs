// Builds the command line (SIMD kernels and one bundle, no package builds) and runs it as a child.
import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { nxCommand, root } from './workspace.mjs';

/** Where the bundle is. */
export const commandLine = join(root, 'apps/experiments/dist/cli.js');

/** Builds what is missing or out of date; ends the process with 1, and says why, where that fails. */
export function buildCommandLine() {
  const [node, ...args] = nxCommand('run', '@prismamba/experiments:bundle');
  const nx = spawnSync(node, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NX_DAEMON: 'false' },
    encoding: 'utf8',
  });
  if (nx.status === 0) return;
  process.stderr.write(`${nx.stdout}${nx.stderr}prismamba: building the command line failed (see above)\n`);
  process.exit(1);
}

/** Runs the command line and ends with its exit code. It sees Ctrl-C itself, keeps a checkpoint and then ends. */
export function runCommandLine(args) {
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const job = spawn(process.execPath, [commandLine, ...args], { cwd, stdio: 'inherit' });
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => job.kill('SIGTERM'));
  job.on('close', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
