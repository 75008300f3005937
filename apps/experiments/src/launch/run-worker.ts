import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseMessage, type RunMessage } from './run-message.js';

/** The program of the command line: this very one. */
export const ownProgram = () => fileURLToPath(new URL('cli.js', import.meta.url));

export interface WorkerOptions {
  readonly program?: string;
  readonly onMessage: (message: RunMessage) => void;
  /** What the run says besides, a line at a time. */
  readonly onLine?: (line: string) => void;
}

export interface WorkerEnd {
  readonly code: number | null;
  /** Last words, where the code is not 0. */
  readonly message?: string;
  readonly seconds: number;
}

/** A run in a process of its own. */
export interface Worker {
  readonly end: Promise<WorkerEnd>;
  /** Asks it to keep a checkpoint and to end. */
  interrupt(signal: 'SIGINT' | 'SIGTERM'): void;
}

/** Calls `use` with every whole line of a stream. */
function onLines(stream: NodeJS.ReadableStream, use: (line: string) => void): void {
  let rest = '';
  stream.on('data', (data: Buffer) => {
    const lines = (rest + data.toString()).split('\n');
    rest = lines.pop()!;
    lines.forEach(use);
  });
  stream.on('end', () => rest !== '' && use(rest));
}

/** Starts (or goes on with) the run of a folder in a process of its own. */
export function startWorker(folder: string, threads: number, options: WorkerOptions): Worker {
  const { program = ownProgram(), onMessage, onLine } = options;
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [program, 'train', '--resume', folder, '--set', `threads=${threads}`],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PRISMAMBA_PROGRESS: 'json' } },
  );
  const words: string[] = [];
  onLines(child.stderr, (line) => {
    const message = parseMessage(line);
    if (message !== undefined) return onMessage(message);
    words.push(line);
    onLine?.(line);
  });
  child.on('error', (error) => words.push(error.message));
  const end = new Promise<WorkerEnd>((resolve) => {
    child.on('close', (code) => {
      const seconds = (performance.now() - began) / 1000;
      const last = words.filter((line) => line.trim() !== '').slice(-6);
      const from = last.findIndex((line) => line.startsWith('error: '));
      const message = code === 0 ? {} : { message: last.slice(Math.max(0, from)).join('\n') };
      resolve({ code, seconds, ...message });
    });
  });
  return { end, interrupt: (signal) => void child.kill(signal) };
}
