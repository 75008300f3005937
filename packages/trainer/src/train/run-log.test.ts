import * as fs from 'node:fs';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openRunLog, rewindRunLog } from './run-log.js';

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

it('takes a line back of which only a part could be written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'));
  const path = join(folder, 'log.jsonl');
  let room = Infinity;
  vi.resetModules();
  vi.doMock('node:fs', () => ({
    ...fs,
    writeSync: (file: number, line: Buffer, from: number) => {
      if (room === 0) throw new Error('ENOSPC: no space left on device');
      const written = fs.writeSync(file, line, from, Math.min(room, line.length - from));
      room -= written;
      return written;
    },
  }));
  try {
    const fresh = await import('./run-log.js');
    const log = fresh.openRunLog(path, () => new Date(0));
    log.write('started');
    const whole = readFileSync(path, 'utf8');
    room = 9;
    expect(() => log.write('step', { step: 1 })).toThrow(`cannot write '${path}': ENOSPC`);
    expect(readFileSync(path, 'utf8')).toBe(whole);
    room = Infinity;
    log.write('step', { step: 1 });
    log.close();
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3);
  } finally {
    vi.doUnmock('node:fs');
    vi.resetModules();
    rmSync(folder, { recursive: true });
  }
});

it('a resumed run takes back later steps and a torn last line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rewind-'));
  const path = join(folder, 'log.jsonl');
  const lines = [
    '{"event":"started"}',
    '{"event":"step","step":1}',
    '{"event":"step","step":2}',
    '{"event":"st',
  ];
  writeFileSync(path, lines.join('\n'));
  rewindRunLog(path, 1);
  expect(readFileSync(path, 'utf8')).toBe('{"event":"started"}\n{"event":"step","step":1}\n');
  const { ino } = statSync(path);
  rewindRunLog(path, 1);
  expect(statSync(path).ino, 'nothing to take back: the file stays').toBe(ino);
  rewindRunLog(join(folder, 'none.jsonl'), 1);
  rmSync(folder, { recursive: true });
});
