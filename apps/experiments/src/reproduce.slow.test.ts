import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleCommandLine, start } from './testing/command-line.js';

// A disk that fills up in the middle of a table: a small file system in memory, which only root can make.
let folder = '';
let cli = '';
let mounted = false;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prismamba disk '));
  mkdirSync(join(folder, 'disk'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1500k', 'tmpfs', join(folder, 'disk')], {
      stdio: 'pipe',
    });
    mounted = true;
  } catch (error) {
    console.warn(`skipped: no small file system can be mounted here: ${String(error)}`);
  }
  cli = bundleCommandLine();
});
afterAll(() => {
  if (mounted) execFileSync('umount', [join(folder, 'disk')]);
  rmSync(folder, { recursive: true, force: true });
});

it('a full disk in the middle of a table: runs that finished are kept, and the same command goes on', async ({
  skip,
}) => {
  if (!mounted) skip('no small file system can be mounted here');
  const args = [
    'reproduce',
    'gmsr-net-3',
    '--profile',
    'smoke',
    '--jobs',
    '1',
    '--runs',
    join(folder, 'disk', 'runs'),
  ];
  const run = () => start(process.execPath, [cli, ...args], folder).finished;
  const first = await run();
  expect(first.code).toBe(1);
  expect(first.stdout).toMatch(/MISSING: [^\n]*(ENOSPC|no space left)/i);
  expect(first.stderr).toMatch(/error: the table is not complete/);
  const text = readFileSync(join(folder, 'results', 'gmsr-net-3', 'smoke', 'table.json'), 'utf8');
  const { complete, rows } = JSON.parse(text) as { complete: boolean; rows: { runs: unknown[] }[] };
  const kept = rows.filter(({ runs }) => runs.length > 0).length;
  expect(complete).toBe(false);
  expect(kept).toBeGreaterThan(0);
  expect(readdirSync(join(folder, 'disk', 'runs', 'reproduce')).length).toBeGreaterThan(kept);
  execFileSync('mount', ['-o', 'remount,size=100m', join(folder, 'disk')]);
  const second = await run();
  expect(second.code, second.stderr).toBe(0);
  expect(second.stderr).toContain(`5 runs, ${kept} done before`);
});
