import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FolderLockedError, lockFolder } from './folder-lock.js';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'lock-'))));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});
const path = () => join(folder, '.lock');

it('one holder at a time, and free again afterwards', () => {
  vi.stubEnv('SLURM_JOB_ID', undefined);
  const release = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(FolderLockedError);
  expect(() => lockFolder(folder)).toThrow(`in use by process ${process.pid} on ${hostname()}`);
  expect(() => lockFolder(folder)).toThrow('; wait for it, or stop it');
  expect(JSON.parse(readFileSync(path(), 'utf8'))).not.toHaveProperty('job');
  release();
  expect(existsSync(path())).toBe(false);
  lockFolder(folder)();
});

it('refuses while another process lives, and takes over once it was killed', async () => {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  try {
    writeFileSync(path(), JSON.stringify({ pid: other.pid, host: hostname() }));
    expect(() => lockFolder(folder)).toThrow(`in use by process ${other.pid}`);
  } finally {
    const gone = new Promise((resolve) => other.once('exit', resolve));
    other.kill('SIGKILL');
    await gone;
  }
  lockFolder(folder)();
});

it.skipIf(process.platform !== 'linux')('knows a process id that was used again (Linux)', () => {
  lockFolder(folder); // ours, as a crashed process of the same id would have left it
  const holder = JSON.parse(readFileSync(path(), 'utf8')) as { started: string };
  expect(holder.started).toMatch(/\/\d+$/);
  writeFileSync(path(), JSON.stringify({ ...holder, started: `${holder.started}0` }));
  lockFolder(folder)();
});

it('takes over a torn lock and one of a dead process; another machine keeps its own', () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  for (const text of ['{"pid":', '{}', '{"pid":1}', JSON.stringify({ pid: dead, host: hostname() })]) {
    writeFileSync(path(), text);
    lockFolder(folder)();
    expect(readdirSync(folder), 'nothing is left').toEqual([]);
  }
  writeFileSync(path(), JSON.stringify({ pid: 1, host: 'elsewhere' }));
  expect(() => lockFolder(folder)).toThrow(/on elsewhere; if it no longer runs, delete/);
});

it('a job of Slurm that is started anew on another machine takes the lock of its earlier start over, no other job does', () => {
  const held = { pid: 1, host: 'elsewhere', job: { id: '12', restarts: 1 } };
  for (const [id, restarts, takes] of [
    ['12', '2', true],
    ['12', '1', false],
    ['13', '2', false],
    ['', '', false],
  ] as const) {
    writeFileSync(path(), JSON.stringify(held));
    vi.stubEnv('SLURM_JOB_ID', id);
    vi.stubEnv('SLURM_RESTART_COUNT', restarts);
    if (takes) lockFolder(folder)();
    else expect(() => lockFolder(folder)).toThrow(FolderLockedError);
  }
});

it('several processes that find the lock of a dead one at the same moment: one of them takes it', async () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const script = join(folder, 'take.mjs');
  const lockUrl = new URL('./folder-lock.ts', import.meta.url);
  const { code } = await transform(readFileSync(lockUrl, 'utf8'), { loader: 'ts', format: 'esm' });
  writeFileSync(join(folder, 'folder-lock.mjs'), code);
  writeFileSync(
    script,
    `import { lockFolder } from './folder-lock.mjs';
const [, , folder, at] = process.argv;
while (Date.now() < Number(at));
try { lockFolder(folder); console.log('taken'); setInterval(() => {}, 1000); } catch (error) { console.log(error.name); process.exit(); }`,
  );
  for (let round = 0; round < 3; round++) {
    writeFileSync(path(), JSON.stringify({ pid: dead, host: hostname() }));
    const at = Date.now() + 1500;
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, [script, folder, String(at)], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    const said = await Promise.all(
      children.map(
        (child) =>
          new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data).trim()))),
      ),
    );
    const gone = children.map(
      (child) =>
        new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(0))),
    );
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(gone);
    expect(said.sort()).toEqual([...Array<string>(3).fill('FolderLockedError'), 'taken']);
  }
});

describe('a file system that fails', () => {
  const error = (code: string) => Object.assign(new Error(`${code}: as told`), { code });
  /** The lock over a file system in which calls fail. */
  async function lockOver(broken: Partial<typeof fs>) {
    vi.resetModules();
    vi.doMock('node:fs', () => ({ ...fs, ...broken }));
    const fresh = await import('./folder-lock.js');
    return fresh.lockFolder;
  }
  afterEach(() => {
    vi.doUnmock('node:fs');
    vi.resetModules();
  });
  const noLinks = { linkSync: () => fail('EPERM') };
  const fail = (code: string): never => {
    throw error(code);
  };

  it('without hard links: one holder, and free again afterwards', async () => {
    const lock = await lockOver(noLinks);
    const release = lock(folder);
    expect(() => lock(folder)).toThrow(`in use by process ${process.pid}`);
    release();
    lock(folder)();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a lock that cannot be written is an error with its reason', async () => {
    const { writeFileSync: write } = fs;
    const lock = await lockOver({
      ...noLinks,
      writeFileSync: (...args) => (String(args[0]).endsWith('.lock') ? fail('EACCES') : write(...args)),
    });
    expect(() => lock(folder)).toThrow(`lockFolder: cannot write in '${folder}': EACCES: as told`);
    const other = await lockOver({ linkSync: () => fail('EIO') });
    expect(() => other(folder)).toThrow(`lockFolder: cannot write in '${folder}': EIO: as told`);
  });

  it('a dead lock that is gone before it is removed is taken, one that cannot be removed is an error', async () => {
    const dead = JSON.stringify({ pid: spawnSync(process.execPath, ['-e', '']).pid, host: hostname() });
    writeFileSync(path(), dead);
    const lock = await lockOver({
      renameSync: (from) => {
        rmSync(from);
        fail('ENOENT');
      },
    });
    lock(folder)();
    writeFileSync(path(), dead);
    const other = await lockOver({ renameSync: () => fail('EACCES') });
    expect(() => other(folder)).toThrow(`lockFolder: cannot write in '${folder}': EACCES: as told`);
  });
});

it('leaves the lock alone that another process has made since', () => {
  const release = lockFolder(folder);
  const other = JSON.stringify({ pid: 1, host: 'elsewhere' });
  writeFileSync(path(), other);
  release();
  expect(readFileSync(path(), 'utf8')).toBe(other);
  expect(readdirSync(folder)).toEqual(['.lock']);
});
