import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';

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
