import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRunLog } from './run-log.js';

describe('openRunLog', () => {
  it('writes one JSON object a line, and goes on where it ended', () => {
    const folder = mkdtempSync(join(tmpdir(), 'log-'));
    const path = join(folder, 'log.jsonl');
    for (const step of [1, 2]) {
      const log = openRunLog(path, () => new Date(0));
      log.write('step', { step, loss: 0.5 });
      log.close();
    }
    const time = '1970-01-01T00:00:00.000Z';
    expect(
      readFileSync(path, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([
      { event: 'step', time, step: 1, loss: 0.5 },
      { event: 'step', time, step: 2, loss: 0.5 },
    ]);
    rmSync(folder, { recursive: true });
  });
});
