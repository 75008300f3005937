import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeNpy } from '@prismamba/formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleCommandLine, start } from './testing/command-line.js';
import { runHere } from './testing/run-here.js';

/* What goes wrong around a training that is in work: each time the reason is told, what was reached is kept, and the run goes on. */

const experiment = (steps: number) => `
name: faulty
title: A small one
about: For tests.
command: none
cost: seconds
expected: nothing
model: { name: edsr, options: { blocks: 1, width: 8 } }
data: { source: synthetic, synthetic: { train: 2, test: 1, height: 16, width: 16, seed: 2 } }
patches: { size: 8, stride: 8 }
training: { duration: ${steps} steps, batch_size: 2, schedule: { learning_rate: 1e-3 }, checkpoint_every: 5 steps }
report: { html: false }
`;

let folder = '';
let cli = '';
const mounts: string[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prismamba faults '));
  writeFileSync(join(folder, 'long.yaml'), experiment(100_000));
  writeFileSync(join(folder, 'short.yaml'), experiment(12));
  cli = bundleCommandLine();
  const { code, stderr } = await here('train', 'short.yaml', '--out', 'whole');
  expect(code, stderr).toBe(0);
});
afterAll(() => {
  try {
    for (const path of mounts) execFileSync('umount', ['--lazy', path]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
/** As a process of its own, where that is what is tested. */
const prismamba = (...args: string[]) => start(process.execPath, [cli, ...args], folder);
const here = (...args: string[]) => runHere(args, folder);
const runIn = (out: string) => {
  const [run, ...others] = readdirSync(join(folder, out, 'faulty'));
  expect(others).toEqual([]);
  return join(folder, out, 'faulty', run!);
};
/** A copy of the run that nothing has happened to. */
function copyOfWhole(out: string): string {
  cpSync(join(folder, 'whole'), join(folder, out), { recursive: true });
  return runIn(out);
}
const weights = (run: string) => readFileSync(join(run, 'weights.safetensors'));
const leftovers = (path: string) =>
  readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.tmp'));
const checkpoints = (run: string) => readdirSync(join(run, 'checkpoints'));
/** Ends the run after at most a few steps, as somebody would who found it unfinished. */
const goOn = (run: string) =>
  prismamba('train', '--resume', run, '--allow-changed', '--set', 'training.duration=100000 steps');

/** Waits until a run has kept a checkpoint. */
async function inWork(out: string, finished: Promise<unknown>): Promise<string> {
  let ended = false;
  void finished.then(() => (ended = true));
  while (!ended) {
    const inside = join(folder, out, 'faulty');
    const [run] = existsSync(inside) ? readdirSync(inside) : [];
    const kept = run === undefined ? '' : join(inside, run, 'checkpoints');
    if (existsSync(kept) && readdirSync(kept).some((name) => name.endsWith('.safetensors')))
      return join(inside, run!);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`the run ended early: ${JSON.stringify(await finished)}`);
}

/** Waits until a process has handlers for signals; for SIGTERM, Node itself has one from the start, for SIGHUP (the first bit) none. */
async function catchesSignals(pid: number): Promise<void> {
  for (;;) {
    const caught = /^SigCgt:\s*([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]!;
    if ((BigInt(`0x${caught}`) & 1n) === 1n) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A file system in memory, or the reason why none can be made. */
function smallDisk(name: string, size: string): string | undefined {
  const path = join(folder, name);
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'pipe' });
  } catch (error) {
    return `no small file system can be mounted here: ${String(error)}`;
  }
  mounts.push(path);
  return undefined;
}

/** Root may write wherever it likes, whatever the mode says: the user `nobody` may not. */
const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];

/** The reason why no command can run as the user `nobody`. */
function whyNotNobody(): string | undefined {
  try {
    // The program and its temporary folder must be readable for him, too.
    chmodSync(folder, 0o755);
    execFileSync('setpriv', [...asNobody, process.execPath, cli, '--version'], {
      cwd: folder,
      stdio: 'pipe',
    });
    return undefined;
  } catch (error) {
    return `no command can run as another user here: ${String(error)}`;
  }
}

describe('signals: a checkpoint is kept, and the exit code is that of the signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s', async (signal, wanted) => {
    const { child, finished } = prismamba('train', 'long.yaml', '--out', signal);
    const run = await inWork(signal, finished);
    child.kill(signal);
    const { code, stderr } = await finished;
    expect(stderr).toMatch(/interrupted after step \d+ of 100000; the checkpoint is kept: \S+/);
    expect(code).toBe(wanted);
    const step = /after step (\d+)/.exec(stderr)![1]!;
    expect(checkpoints(run).at(-1)).toBe(`step-${step.padStart(8, '0')}.safetensors`);
    expect(existsSync(join(run, '.lock'))).toBe(false);
  });
});

describe('before the first step', () => {
  it('a signal ends a run that has not begun, with words, and nothing is written', async ({ skip }) => {
    if (process.platform !== 'linux') skip('Linux: /proc');
    const { child, finished } = prismamba('train', 'long.yaml', '--out', 'early');
    await catchesSignals(child.pid!);
    child.kill('SIGTERM');
    const { code, stderr } = await finished;
    expect(code, stderr).toBe(143);
    // On a busy machine the first steps may be done before the signal is seen.
    expect(stderr).toMatch(
      /error: interrupted (before the run began: nothing was written|after step \d+ of 100000; the checkpoint is kept)/,
    );
  });

  it('a run that is killed there starts again from step 0, without the files that were in work', async () => {
    const first = prismamba('train', 'short.yaml', '--out', 'killed');
    await first.seen('A small one');
    first.child.kill('SIGKILL');
    await first.finished;
    const run = runIn('killed');
    expect(existsSync(join(run, 'checkpoints'))).toBe(false);
    writeFileSync(join(run, 'figures', `.torn.png.${first.child.pid}-7.tmp`), 'to');
    const again = await here('train', '--resume', run);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain('this run has no checkpoint yet: starting again from step 0');
    expect(leftovers(run)).toEqual([]);
    expect(weights(run).equals(weights(runIn('whole')))).toBe(true);
  });
});

describe('one run folder', () => {
  it('is made for each of two runs that begin in the same second', async () => {
    const both = [1, 2].map(() => prismamba('train', 'short.yaml', '--out', 'second'));
    for (const { finished } of both) {
      const { code, stderr } = await finished;
      expect(code, stderr).toBe(0);
    }
    expect(readdirSync(join(folder, 'second', 'faulty'))).toHaveLength(2);
  });

  it('takes one process; the second is refused, and the first goes on', async () => {
    const first = prismamba('train', 'long.yaml', '--out', 'twice');
    const run = await inWork('twice', first.finished);
    const second = await here('train', '--resume', run);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(new RegExp(`is in use by process ${first.child.pid} on `));
    first.child.kill('SIGTERM');
    expect((await first.finished).code).toBe(143);
  });

  it('that is deleted while the run is in work ends it, and says which file could not be written', async () => {
    const { finished } = prismamba('train', 'long.yaml', '--out', 'deleted');
    const run = await inWork('deleted', finished);
    // Again where the run writes into it while it is deleted.
    for (let i = 0; i < 50 && existsSync(run); i++) {
      try {
        rmSync(run, { recursive: true, force: true });
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe('ENOTEMPTY');
      }
    }
    const { code, stderr } = await finished;
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: .*deleted.* was deleted while the run was in work/);
    expect(existsSync(run)).toBe(false);
  });
});

describe('disks', () => {
  it('a full one: the last whole checkpoint stays, and the run goes on when there is room', async ({
    skip,
  }) => {
    const reason = smallDisk('full', '200k');
    if (reason !== undefined) skip(reason);
    const { code, stderr } = await prismamba('train', 'long.yaml', '--out', 'full').finished;
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: .*cannot write .*(no space left|ENOSPC)/i);
    const run = runIn('full');
    expect(leftovers(run)).toEqual([]);
    const kept = checkpoints(run);
    expect(kept.length).toBeGreaterThan(0);
    execFileSync('mount', ['-o', 'remount,size=20m', join(folder, 'full')]);
    const again = goOn(run);
    await again.seen('resuming after step');
    await again.seen('training ');
    again.child.kill('SIGTERM');
    const ended = await again.finished;
    expect(ended.code, ended.stderr).toBe(143);
    expect(ended.stderr).not.toContain('passed over');
  });

  it('a folder that this user may not write to: said before the first step', async ({ skip }) => {
    const nobody = whyNotNobody();
    if (nobody !== undefined) skip(nobody);
    mkdirSync(join(folder, 'locked'), { mode: 0o555 });
    const args = ['train', 'short.yaml', '--out', 'locked'];
    const { code, stderr } = await start('setpriv', [...asNobody, process.execPath, cli, ...args], folder)
      .finished;
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(
      /error: run: cannot make the folder 'locked\/faulty': there is no permission \(EACCES\).*--out DIR/,
    );
    expect(readdirSync(join(folder, 'locked'))).toEqual([]);
  });

  it('a run whose folder this user may only read cannot be gone on with, and says so', async ({ skip }) => {
    const nobody = whyNotNobody();
    if (nobody !== undefined) skip(nobody);
    const args = ['train', '--resume', copyOfWhole('theirs')];
    const { code, stderr } = await start('setpriv', [...asNobody, process.execPath, cli, ...args], folder)
      .finished;
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(/error: lockFolder: cannot write in '.*theirs.*': EACCES: permission denied/);
    expect(stderr).not.toContain('mistake in Prismamba');
  });

  it('one that becomes read-only: the file is named, and the checkpoints stay', async ({ skip }) => {
    const reason = smallDisk('readonly', '20m');
    if (reason !== undefined) skip(reason);
    const { finished } = prismamba('train', 'long.yaml', '--out', 'readonly');
    const run = await inWork('readonly', finished);
    const kept = join(run, 'checkpoints');
    const before = checkpoints(run);
    // The log is open, and no file system becomes read-only under an open file: one that is laid over the checkpoints is.
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', kept]);
    mounts.unshift(kept);
    const { code, stderr } = await finished;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /error: .*cannot write .*step-\d+\.safetensors.*(read-only|EROFS|not permitted|EPERM)/i,
    );
    execFileSync('umount', [mounts.shift()!]);
    expect(checkpoints(run).length).toBeGreaterThanOrEqual(before.length);
    expect(existsSync(join(run, '.lock'))).toBe(false);
  });
});

describe('files', () => {
  it('a damaged last checkpoint is passed over and named; the result has the same bits', async () => {
    const run = copyOfWhole('damaged');
    rmSync(join(run, 'weights.safetensors'));
    const newest = checkpoints(run).at(-1)!;
    truncateSync(join(run, 'checkpoints', newest), 1000);
    const again = await here('train', '--resume', run);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain(`passed over a damaged checkpoint: ${join(run, 'checkpoints', newest)}`);
    expect(weights(run).equals(weights(runIn('whole')))).toBe(true);
  });

  it('a duration that is shorter than what is done is refused, and nothing of the run changes', async () => {
    const run = runIn('whole');
    const before = readFileSync(join(run, 'log.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"step"'));
    const shorter = ['--allow-changed', '--set', 'training.duration=5 steps'];
    const { code, stderr } = await here('train', '--resume', run, ...shorter);
    expect(code).toBe(1);
    expect(stderr).toContain(
      'error: training.duration: 5 steps, but the run has done 12 already; give 12 steps or more',
    );
    const after = readFileSync(join(run, 'log.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"step"'));
    expect(after).toEqual(before);
  });

  it('a scene that becomes unreadable half-way: it is named, and so is the checkpoint', async () => {
    const scenes = join(folder, 'scenes');
    mkdirSync(scenes);
    const cube = (seed: number) =>
      writeNpy({
        dtype: 'float32',
        shape: [16, 16, 31],
        data: Float32Array.from({ length: 16 * 16 * 31 }, (_, i) => ((i * 7 + seed) % 97) / 97),
      });
    for (const [i, name] of ['a', 'b', 'c'].entries()) writeFileSync(join(scenes, `${name}.npy`), cube(i));
    writeFileSync(join(folder, 'split.json'), JSON.stringify({ train: ['a', 'b'], test: ['c'] }));
    const { finished } = prismamba(
      ...['train', 'long.yaml', '--out', 'unreadable', '--data', 'scenes', '--split', 'split.json'],
      // No room to keep a scene: each patch is read from its file.
      ...['--set', 'data.source=folder', '--set', "data.cache.memory='0.001 MB'"],
    );
    const run = await inWork('unreadable', finished);
    truncateSync(join(scenes, 'b.npy'), 300);
    const { code, stderr } = await finished;
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: .*b\.npy/);
    expect(checkpoints(run).length).toBeGreaterThan(0);
    writeFileSync(join(scenes, 'b.npy'), cube(1));
    const again = goOn(run);
    await again.seen('resuming after step');
    again.child.kill('SIGTERM');
    expect((await again.finished).code).toBe(143);
  });
});

describe('surroundings', () => {
  it('a clock that is set back: the same bits, and no folder of an earlier run is taken', async () => {
    // The day before from the 40th look at the clock on, and from the first one in the second run.
    const clock = join(folder, 'clock.mjs');
    writeFileSync(
      clock,
      `const Real = Date; let looks = 0; const back = Number(process.env.CLOCK_BACK_AFTER);
       const now = () => (looks++ < back ? Real.UTC(2030, 0, 2) : Real.UTC(2030, 0, 1)) + looks;
       globalThis.Date = class extends Real { constructor(...args) { args.length === 0 ? super(now()) : super(...args); } static now() { return now(); } };`,
    );
    const train = (after: number) =>
      start(process.execPath, [cli, 'train', 'short.yaml', '--out', 'clock'], folder, {
        NODE_OPTIONS: `--import=${pathToFileURL(clock).href}`,
        CLOCK_BACK_AFTER: String(after),
      }).finished;
    const first = await train(10);
    expect(first.code, first.stderr).toBe(0);
    const run = runIn('clock');
    const times = readFileSync(join(run, 'log.jsonl'), 'utf8').match(/2030-01-0[12]/g)!;
    expect(new Set(times)).toEqual(new Set(['2030-01-02', '2030-01-01']));
    const second = await train(10);
    expect(second.code, second.stderr).toBe(0);
    const names = readdirSync(join(folder, 'clock', 'faulty'));
    expect(names).toHaveLength(2);
    for (const name of names)
      expect(weights(join(folder, 'clock', 'faulty', name)).equals(weights(runIn('whole')))).toBe(true);
  });

  it('a reader of its progress that goes away: the run ends as it should', async () => {
    const command = `"${process.execPath}" "${cli}" train short.yaml --out piped 2>&1 | head -1; exit "\${PIPESTATUS[0]}"`;
    const { code, stdout } = await start('bash', ['-c', command], folder).finished;
    expect(stdout).toBe('A small one\n');
    expect(code).toBe(0);
    expect(existsSync(join(runIn('piped'), 'finished.json'))).toBe(true);
  });

  it('a log whose last line a crash has torn is mended', async () => {
    const run = runIn('piped');
    appendFileSync(join(run, 'log.jsonl'), '{"event":"st');
    const { code, stderr } = await here('train', '--resume', run);
    expect(code, stderr).toBe(0);
    const lines = readFileSync(join(run, 'log.jsonl'), 'utf8').trimEnd().split('\n');
    expect(() => lines.map((line) => JSON.parse(line) as unknown)).not.toThrow();
  });
});
