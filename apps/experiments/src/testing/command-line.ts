import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageFolder = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Where the bundle of a test run is, which has the process id of the test runner. */
const bundleOf = (runner: number) => join(packageFolder, 'node_modules', '.cache', `cli-${runner}`);

/**
 * Bundles the command line where its libraries are found, apart from `dist`; returns the program. One bundle serves all files of a
 * test run. For tests.
 */
export function bundleCommandLine(): string {
  const bundle = bundleOf(process.ppid);
  const program = join(bundle, 'cli.js');
  if (existsSync(program)) return program;
  const folder = `${bundle}-${process.pid}`;
  const tsup = createRequire(import.meta.url).resolve('tsup/package.json');
  execFileSync(
    process.execPath,
    [join(dirname(tsup), 'dist', 'cli-default.js'), '--out-dir', folder, '--silent'],
    {
      cwd: packageFolder,
      stdio: 'pipe',
    },
  );
  try {
    renameSync(folder, bundle);
  } catch (error) {
    rmSync(folder, { recursive: true });
    // Another file of the run may have been first.
    if (!existsSync(program)) throw error;
  }
  return program;
}

/** Removes the bundle of a test run, if it has made one. For tests. */
export const removeBundle = (runner: number): void =>
  rmSync(bundleOf(runner), { recursive: true, force: true });

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A started command; `finished` settles when it ends. */
export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves when the text has appeared on either stream. */
  seen(text: string): Promise<void>;
}

/** Starts a program with arguments; it is killed after four minutes, unless another time is given. For tests. */
export function start(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
  timeout = 240_000,
): Running {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, PRISMAMBA_DATA: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout,
  });
  let stdout = '';
  let stderr = '';
  const watchers: (() => void)[] = [];
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString();
    watchers.forEach((watch) => watch());
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
    watchers.forEach((watch) => watch());
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    child,
    finished,
    seen: (text) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (stdout.includes(text) || stderr.includes(text)) resolve();
        };
        watchers.push(check);
        check();
        void finished.then(() =>
          reject(new Error(`the command ended without '${text}':\n${stdout}\n${stderr}`)),
        );
      }),
  };
}
