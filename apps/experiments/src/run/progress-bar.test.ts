import { describe, expect, it } from 'vitest';
import { formatSeconds, ProgressBar } from './progress-bar.js';

describe('formatSeconds', () => {
  it.each([
    [0, '0 s'],
    [59.4, '59 s'],
    [59.6, '1 min 00 s'],
    [119.7, '2 min 00 s'],
    [3599.4, '59 min 59 s'],
    [3600, '1 h 00 min'],
    [86_399, '1 d 0 h'],
    [300_000, '3 d 11 h'],
    [Infinity, '-'],
    [Number.NaN, '-'],
    [-1, '-'],
  ])('%s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text));
});

/** A log with a clock that is set by hand. */
function log(total: number, start = 0, mode?: 'json') {
  let now = 0;
  const lines: string[] = [];
  const stream = { isTTY: false, write: (line: string) => lines.push(line.trimEnd()) > 0 };
  const bar = new ProgressBar({ label: 'work', total, start, stream, clock: () => now, mode });
  const at = (seconds: number, done: number, text?: string) => {
    now = seconds * 1000;
    bar.update(done, text === undefined ? {} : { text });
  };
  return { lines, bar, at };
}

describe('ProgressBar in a log', () => {
  it('tells the first and last line, one every ten seconds, and the time that is left', () => {
    const { lines, bar, at } = log(1000);
    for (let second = 1; second <= 45; second++) at(second, second);
    expect(lines).toEqual([
      'work 0/1000 (0 %) | ETA -',
      'work 10/1000 (1 %) | ETA 16 min 30 s',
      'work 20/1000 (2 %) | ETA 16 min 20 s',
      'work 30/1000 (3 %) | ETA 16 min 10 s',
      'work 40/1000 (4 %) | ETA 16 min 00 s',
    ]);
    bar.stop();
    bar.stop();
    expect(lines.slice(5)).toEqual(['work 45/1000 (4 %) | ETA 15 min 55 s']);
  });

  it('tells every twentieth, and the end once', () => {
    const { lines, bar, at } = log(100);
    for (let done = 1; done <= 100; done++) at(done / 2, done, ' | x');
    bar.stop();
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('work 100/100 (100 %) | x | ETA 0 s');
  });

  it('tells the first and the last line only of what is done at once', () => {
    const { lines, bar, at } = log(100);
    for (let done = 1; done <= 100; done++) at(done / 1000, done, ' | x');
    bar.stop();
    expect(lines).toEqual(['work 0/100 (0 %) | ETA -', 'work 100/100 (100 %) | x | ETA 0 s']);
  });

  it('counts the time of what was done here, not before a resume', () => {
    const { lines, at } = log(1000, 900);
    at(10, 910);
    expect(lines).toEqual(['work 900/1000 (90 %) | ETA -', 'work 910/1000 (91 %) | ETA 1 min 30 s']);
  });

  it('a program that watches gets JSON', () => {
    const { lines, at } = log(10, 0, 'json');
    at(0.1, 1);
    at(1, 5);
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      { event: 'progress', label: 'work', done: 0, total: 10 },
      { event: 'progress', label: 'work', done: 5, total: 10 },
    ]);
  });
});
