import { availableParallelism, freemem } from 'node:os';
import type { PlannedRun, RunOutcome } from './planned-run.js';
import { RunBars } from './run-bars.js';
import { startWorker } from './run-worker.js';

export interface LocalOptions {
  /** Runs at once; at most one a core. As many as cores and memory allow unless given. */
  readonly jobs?: number;
  readonly signal: AbortSignal;
  /** The program of the command line; the running one unless given. */
  readonly program?: string;
}

/** Bytes that a run is expected to take while none has told its own. */
const EXPECTED_BYTES = 1e9;

/**
 * Does runs in worker processes, several at once, in their order: no more threads than cores, and a further run only while there
 * is memory for what it says it needs, or for what the largest so far took. Goes on after a failed run; stops starting runs when
 * the signal aborts, and lets those in work keep their checkpoints.
 */
export async function launchLocal(
  runs: readonly PlannedRun[],
  { signal, program, jobs: asked }: LocalOptions,
): Promise<RunOutcome[]> {
  const cores = availableParallelism();
  const jobs = Math.max(1, Math.min(asked ?? cores, cores, runs.length));
  const share = Math.max(1, Math.floor(cores / jobs));
  const threadsOf = (run: PlannedRun) => run.threads ?? share;
  const bars = new RunBars(runs.map(({ label }) => label));
  const outcomes: (RunOutcome | undefined)[] = runs.map(() => undefined);
  let largest = EXPECTED_BYTES;
  let next = 0;
  let active = 0;
  let busy = 0;
  /** Runs that have begun and not yet said how far they are: what they need is still free, and promised. */
  const promised = new Set<PlannedRun>();
  const needOf = (run: PlannedRun) => run.resources.memory?.bytes ?? largest;

  const doRun = async (i: number) => {
    const run = runs[i]!;
    const worker = startWorker(run.folder, threadsOf(run), {
      ...(program === undefined ? {} : { program }),
      onMessage(message) {
        if (message.event === 'memory') largest = Math.max(largest, message.bytes);
        else {
          bars.update(i, message);
          if (promised.delete(run)) fill();
        }
      },
    });
    const interrupt = () => worker.interrupt('SIGINT');
    signal.addEventListener('abort', interrupt);
    const { code, ...end } = await worker.end;
    signal.removeEventListener('abort', interrupt);
    promised.delete(run);
    const state = code === 0 ? 'finished' : 'failed';
    outcomes[i] = { label: run.label, folder: run.folder, state, ...end };
    bars.end(i, state, end.seconds);
  };

  /** One that wants more than the machine has runs alone. */
  const fits = (run: PlannedRun) =>
    active === 0 ||
    (busy + threadsOf(run) <= cores &&
      freemem() > 1.1 * [run, ...promised].reduce((sum, one) => sum + needOf(one), 0));

  let allDone: () => void;
  const done = new Promise<void>((resolve) => (allDone = resolve));
  function fill(): void {
    while (!signal.aborted && next < runs.length && active < jobs && fits(runs[next]!)) {
      const i = next++;
      const threads = threadsOf(runs[i]!);
      active += 1;
      promised.add(runs[i]!);
      busy += threads;
      void doRun(i).then(() => {
        active -= 1;
        busy -= threads;
        fill();
      });
    }
    if (active === 0) allDone();
  }
  fill();
  await done;
  bars.stop();
  return runs.map(
    ({ label, folder }, i) => outcomes[i] ?? { label, folder, state: 'not started', seconds: 0 },
  );
}
