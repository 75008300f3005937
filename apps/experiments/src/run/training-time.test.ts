import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { secondsInLog } from './training-time.js';

const folder = mkdtempSync(join(tmpdir(), 'prismamba time '));
afterAll(() => rmSync(folder, { recursive: true }));

const record = (event: string, second: number, step?: number) =>
  JSON.stringify({
    event,
    time: new Date(1000 * second).toISOString(),
    ...(step === undefined ? {} : { step }),
  });

it('adds the processes of a run, without what lay between them', () => {
  const path = join(folder, 'log.jsonl');
  writeFileSync(
    path,
    [
      record('started', 100),
      record('step', 101, 1),
      record('validation', 110, 2),
      record('resumed', 5000),
      record('step', 5007, 3),
      record('scores', 9000),
      '',
    ].join('\n'),
  );
  expect(secondsInLog(path)).toBe(17);
});

it('takes nothing for a log that is not there, and for a clock that was set back', () => {
  expect(secondsInLog(join(folder, 'none.jsonl'))).toBe(0);
  const path = join(folder, 'back.jsonl');
  writeFileSync(path, [record('started', 100), record('step', 40, 1)].join('\n'));
  expect(secondsInLog(path)).toBe(0);
});
