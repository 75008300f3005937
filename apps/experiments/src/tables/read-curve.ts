import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TableRun } from './table-result.js';

/** Points of a curve at most. */
const MOST_POINTS = 200;

interface LogRecord {
  readonly event: string;
  readonly step: number;
  readonly loss?: number;
  readonly value?: number;
  readonly metrics?: Readonly<Record<string, number>>;
}

/** Loss (mean over the steps since the last point) and validation PSNR of a run's log, at most 200 points. */
export function readCurve(folder: string, metric = 'PSNR'): TableRun['curve'] {
  const path = join(folder, 'log.jsonl');
  if (!existsSync(path)) return [];
  const losses = new Map<number, number>();
  const validations = new Map<number, number>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (!/^\{"event":"(step|validation)"/.test(line)) continue;
    const record = JSON.parse(line) as LogRecord;
    // After a resume the later record of a step counts.
    if (record.event === 'step' && record.loss !== undefined) losses.set(record.step, record.loss);
    const value = record.metrics?.[metric];
    if (record.event === 'validation' && value !== undefined) validations.set(record.step, value);
  }
  const steps = [...losses].sort(([a], [b]) => a - b);
  const every = Math.max(1, Math.ceil(steps.length / MOST_POINTS));
  const points = new Map<number, TableRun['curve'][number]>();
  for (let from = 0; from < steps.length; from += every) {
    const part = steps.slice(from, from + every);
    const step = part.at(-1)![0];
    const loss = part.reduce((sum, [, value]) => sum + value, 0) / part.length;
    points.set(step, { step, loss: Number(loss.toPrecision(6)) });
  }
  for (const [step, validation] of validations) points.set(step, { ...points.get(step), step, validation });
  return [...points.values()].sort((a, b) => a.step - b.step);
}
