import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { writeFileAtomic } from '@prismamba/formats/node';

/** A run log: one JSON object a line, in the order of events. */
export interface RunLog {
  readonly path: string;
  write(event: string, fields?: Readonly<Record<string, unknown>>): void;
  close(): void;
}

/**
 * Opens (or continues) a JSONL file. Each line is written whole or taken back: after a full disk the file still ends
 * with a complete line.
 */
export function openRunLog(path: string, now: () => Date = () => new Date()): RunLog {
  const file = openSync(path, 'a');
  return {
    path,
    write(event, fields = {}) {
      const line = Buffer.from(`${JSON.stringify({ event, time: now().toISOString(), ...fields })}\n`);
      const before = fstatSync(file).size;
      try {
        for (let written = 0; written < line.length;) written += writeSync(file, line, written);
      } catch (error) {
        try {
          ftruncateSync(file, before);
        } catch {
          // a device cannot be truncated; what matters is why the line could not be written
        }
        throw new Error(
          `openRunLog: cannot write '${path}': ${error instanceof Error ? error.message : String(error)}`,
          {
            cause: error,
          },
        );
      }
    },
    close: () => closeSync(file),
  };
}

/**
 * Takes back what a log says of steps after `step`, which a resumed run does again, and a last line that was torn by a
 * crash. Records without a `step` stay.
 */
export function rewindRunLog(path: string, step: number): void {
  // A device (for instance /dev/null in place of the log) has nothing to take back.
  if (!existsSync(path) || !statSync(path).isFile()) return;
  const text = readFileSync(path, 'utf8');
  const kept = text.split('\n').filter((line) => {
    if (line === '') return false;
    try {
      const record = JSON.parse(line) as { readonly step?: unknown };
      return typeof record.step !== 'number' || record.step <= step;
    } catch {
      return false;
    }
  });
  const wanted = kept.map((line) => `${line}\n`).join('');
  if (wanted !== text) writeFileAtomic(path, wanted);
}
