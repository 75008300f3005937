import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { writeFileAtomic } from '@prismamba/formats/node';
import { resolvedConfig } from '../config/resolved-config.js';
import { UserError } from '../user-error.js';
import type { PlannedRow } from './plan-table.js';

/** What one step and one test scene of a row cost, and what the whole run would at that rate. */
export interface RunCost {
  readonly steps: number;
  readonly secondsPerStep: number;
  readonly secondsPerScene: number;
  /** Training, validation and test. */
  readonly seconds: number;
  /** Largest memory of the process that measured. */
  readonly bytes: number;
}

/**
 * Measures one row in a process of its own, so that its memory is its own: two steps, of which the second counts, and one test scene.
 * Nothing is kept.
 */
export async function measureRun(
  { config, name }: PlannedRow,
  program = fileURLToPath(new URL('cli.js', import.meta.url)),
): Promise<RunCost> {
  const folder = mkdtempSync(join(tmpdir(), 'prismamba-measure-'));
  try {
    const file = join(folder, 'experiment.yaml');
    writeFileAtomic(file, stringify(resolvedConfig(config)));
    const child = spawn(process.execPath, [program, 'measure-run', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let errors = '';
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    if (code !== 0)
      throw new UserError(`row '${name}' cannot be measured: ${errors.trim().split('\n').at(-1)!}`);
    return JSON.parse(out) as RunCost;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
