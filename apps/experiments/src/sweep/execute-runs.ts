import { spawn } from 'node:child_process';
import { availableParallelism, freemem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { RunBars } from './run-bars.js';
import { parseMessage } from './run-message.js';

/** A run that is to be done: its folder holds its experiment.yaml. */
export interface PlannedRun {
  readonly label: string;
  readonly folder: string;
  /** Threads of the run where its experiment says; else the cores are shared out among the runs at once. */
  readonly threads?: number;
}

export interface RunOutcome extends PlannedRun {
  readonly state: 'finished' | 'failed' | 'not started';
  /** Last words of a run that failed. */
  readonly message?: string;
  readonly seconds: number;
}

export interface ExecuteOptions {
  /** Runs at once; at most one a core. As many as cores and memory allow unless given. */
  readonly jobs?: number;
  readonly signal: AbortSignal;
  /** The program of the command line; the running one unless given. */
  readonly program?: string;
}

/** Bytes that a run is expected to take while none has told its own. */
const EXPECTED_BYTES = 1e9;

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

/**
 * Does runs in worker processes, several at once: no more than cores, and a further one only while there is memory for what
 * the largest so far took. Goes on after a failed run; stops starting runs when the signal aborts, and lets those in work
 * keep their checkpoints.
 */
export async function executeRuns(
  runs: readonly PlannedRun[],
  options: ExecuteOptions,
): Promise<RunOutcome[]> {
  const { signal, program = fileURLToPath(new URL('cli.js', import.meta.url)) } = options;
  const cores = availableParallelism();
  const jobs = Math.max(1, Math.min(options.jobs ?? cores, cores, runs.length));
  // No core is shared by two runs.
  const threads = Math.max(1, Math.floor(cores / jobs));
  const bars = new RunBars(runs.map(({ label }) => label));
  const outcomes: (RunOutcome | undefined)[] = runs.map(() => undefined);
  let largest = EXPECTED_BYTES;
  let next = 0;
  let active = 0;

  const start = (i: number, done: () => void) => {
    const run = runs[i]!;
    const began = performance.now();
    const child = spawn(
      process.execPath,
      [program, 'train', '--resume', run.folder, '--set', `threads=${run.threads ?? threads}`],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, PRISMAMBA_PROGRESS: 'json' },
      },
    );
    const interrupt = () => child.kill('SIGINT');
    signal.addEventListener('abort', interrupt);
    const words: string[] = [];
    onLines(child.stderr, (line) => {
      const message = parseMessage(line);
      if (message === undefined) words.push(line);
      else if (message.event === 'memory') largest = Math.max(largest, message.bytes);
      else bars.update(i, message);
    });
    child.on('error', (error) => words.push(error.message));
    child.on('close', (code) => {
      signal.removeEventListener('abort', interrupt);
      const seconds = (performance.now() - began) / 1000;
      const state = code === 0 ? 'finished' : 'failed';
      const last = words.filter((line) => line.trim() !== '').slice(-6);
      const from = last.findIndex((line) => line.startsWith('error: '));
      const message = code === 0 ? {} : { message: last.slice(Math.max(0, from)).join('\n') };
      outcomes[i] = { ...run, state, seconds, ...message };
      bars.end(i, state, seconds);
      done();
    });
  };

  await new Promise<void>((resolve) => {
    const fill = () => {
      const roomFor = () => active === 0 || freemem() > 1.1 * largest;
      while (!signal.aborted && next < runs.length && active < jobs && roomFor()) {
        active += 1;
        start(next++, () => {
          active -= 1;
          fill();
        });
      }
      if (active === 0) resolve();
    };
    fill();
  });
  bars.stop();
  return runs.map((run, i) => outcomes[i] ?? { ...run, state: 'not started', seconds: 0 });
}
