import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { queueIfAny } from './launch.js';

let folder = '';
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** A machine whose Slurm answers so. */
function withSlurm(squeue: string): string[] {
  folder = mkdtempSync(join(tmpdir(), 'prismamba queue '));
  for (const [name, text] of [
    ['sbatch', 'exit 0'],
    ['squeue', squeue],
  ] as const)
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH']}`);
  const said: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.push(String(text));
    return true;
  });
  return said;
}

it('asks the queue, and leaves out what has ended', () => {
  const said = withSlurm("printf '7_0 RUNNING\\n7_1 PENDING\\n7_2 COMPLETED\\n8_N/A PENDING\\n'");
  expect(Object.fromEntries(queueIfAny()!)).toEqual({ '7_0': 'RUNNING', '7_1': 'PENDING', '8': 'PENDING' });
  expect(said).toEqual([]);
});

it('goes on without the queue where no cluster answers, and says so', () => {
  const said = withSlurm('echo "squeue: error: no configuration" >&2; exit 1');
  expect(queueIfAny()).toBeUndefined();
  expect(said.join('')).toMatch(/^Slurm's queue cannot be asked, .*: squeue .*no configuration\n$/);
});
