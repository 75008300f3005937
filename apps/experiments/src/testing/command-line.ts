import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageFolder = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Bundles the command line where its libraries are found, apart from `dist`; returns the program. For tests. */
export function bundleCommandLine(): string {
  const folder = join(packageFolder, 'node_modules', '.cache', `cli-${process.pid}`);
  const tsup = createRequire(import.meta.url).resolve('tsup/package.json');
  execFileSync(
    process.execPath,
    [join(dirname(tsup), 'dist', 'cli-default.js'), '--out-dir', folder, '--silent'],
    {
      cwd: packageFolder,
      stdio: 'pipe',
    },
  );
  return join(folder, 'cli.js');
}

/** Removes what {@link bundleCommandLine} made; nothing where it made nothing. For tests. */
export function removeBundle(program: string): void {
  // A test whose bundling failed has no program, and the folder around nothing is the working directory's parent.
  if (program === '') return;
  rmSync(dirname(program), { recursive: true, force: true });
}

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

/** Starts a program with arguments; it is killed after two minutes, unless another time is given. For tests. */
export function start(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
  timeout = 120_000,
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
