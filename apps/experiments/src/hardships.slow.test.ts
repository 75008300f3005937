import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleCommandLine, start, type Running } from './testing/command-line.js';
import { outcome, reached, statefulExperiment } from './testing/kill-suite.js';

/*
 * One run through everything that a week brings: suspended, on a slow disk, with its clock set back, short of memory, on a full disk, and
 * killed (-9) after each. It ends with the bits of one that had none of it.
 */

/** Every write, flush and renaming waits, and now and then long, as on a network that is busy. */
const slowDisk = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const idle = new Int32Array(new SharedArrayBuffer(4));
let calls = 0;
for (const name of ['writeSync', 'fsyncSync', 'renameSync', 'linkSync', 'openSync']) {
  const real = fs[name];
  fs[name] = (...args) => (Atomics.wait(idle, 0, 0, ++calls % 20 === 0 ? 300 : 10), real(...args));
}
syncBuiltinESMExports();
`;
/** The clock jumps back by a day at every tenth look. */
const wildClock = `
const Real = Date;
let looks = 0;
const now = () => Real.now() - 86_400_000 * Math.floor(++looks / 10);
globalThis.Date = class extends Real {
  constructor(...args) { args.length === 0 ? super(now()) : super(...args); }
  static now() { return now(); }
};
`;

let folder = '';
let cli = '';
let disk = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prismamba hardships '));
  writeFileSync(join(folder, 'killed.yaml'), statefulExperiment(60));
  writeFileSync(join(folder, 'slow.mjs'), slowDisk);
  writeFileSync(join(folder, 'clock.mjs'), wildClock);
  cli = bundleCommandLine();
});
afterAll(() => {
  if (disk !== '') execFileSync('umount', ['--lazy', disk]);
  rmSync(folder, { recursive: true, force: true });
});

const HOUR = 3_600_000;
const prismamba = (args: readonly string[], nodeOptions = '') =>
  start(process.execPath, [cli, ...args], folder, { NODE_OPTIONS: nodeOptions }, HOUR);
const hook = (name: string) => `--import=${pathToFileURL(join(folder, name)).href}`;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const runIn = (out: string) => join(folder, out, 'killed', readdirSync(join(folder, out, 'killed'))[0]!);

async function killed({ child, finished }: Running): Promise<void> {
  child.kill('SIGKILL');
  const { stderr } = await finished;
  expect(child.signalCode, stderr).toBe('SIGKILL');
}

/** A small disk for the run, or the reason why there is none. */
function mountDisk(path: string): string | undefined {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=30m', 'tmpfs', path], { stdio: 'pipe' });
    disk = path;
    return undefined;
  } catch (error) {
    return `no small file system can be mounted here: ${String(error)}`;
  }
}

it(
  'a run through all of them equals one without',
  async ({ skip }) => {
    const reason = mountDisk(join(folder, 'disk'));
    if (reason !== undefined) skip(reason);
    const whole = await prismamba(['train', 'killed.yaml', '--out', 'whole']).finished;
    expect(whole.code, whole.stderr).toBe(0);
    const wanted = outcome(runIn('whole'));

    // -- suspended, again and again
    const first = prismamba(['train', 'killed.yaml', '--out', 'disk']);
    await first.seen('backend');
    const run = runIn('disk');
    const resume = (options?: string) => prismamba(['train', '--resume', run], options);
    for (const step of [3, 6, 9]) {
      await reached(run, step, first.finished);
      first.child.kill('SIGSTOP');
      await pause(1500);
      first.child.kill('SIGCONT');
    }
    await reached(run, 11, first.finished);
    await killed(first);

    // -- a slow disk, then a clock that is set back, then a small heap
    for (const [step, options] of [
      [22, hook('slow.mjs')],
      [33, hook('clock.mjs')],
      [44, '--max-old-space-size=72'],
    ] as const) {
      const command = resume(options);
      await reached(run, step, command.finished);
      await killed(command);
    }

    // -- a full disk: the run ends with the reason, and goes on when there is room
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(join(disk, 'ballast'), new Uint8Array(bavail * bsize));
    const full = await resume().finished;
    expect(full.code, full.stderr).toBe(1);
    expect(full.stderr).toMatch(/no space left|ENOSPC/i);
    rmSync(join(disk, 'ballast'));

    const last = await resume().finished;
    expect(last.code, last.stderr).toBe(0);
    expect(outcome(run)).toEqual(wanted);
    expect(existsSync(join(run, '.lock'))).toBe(false);
    expect(
      readdirSync(run, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.tmp')),
    ).toEqual([]);
  },
  HOUR,
);
