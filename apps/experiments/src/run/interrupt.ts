import { EXIT, UserError } from '../user-error.js';

/** Signals that arrive closer together than this are one press. */
const SAME_PRESS_MS = 500;

/** Ctrl-C; the wish of another program, such as a shutdown; a terminal that was closed. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Ending = (typeof endings)[number];

/** A signal that aborts at the first Ctrl-C, SIGTERM or SIGHUP; the second one ends the process at once. */
export function onInterrupt(say: (text: string) => void): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  let first = 0;
  const handle = (name: Ending) => {
    // One Ctrl-C may arrive twice, from the terminal and from a parent (npm, a sweep) that hands it on.
    if (controller.signal.aborted && performance.now() - first < SAME_PRESS_MS) return;
    if (controller.signal.aborted) process.exit(EXIT[name]);
    first = performance.now();
    controller.abort(name);
    say('\ninterrupted: finishing what is in work and keeping a checkpoint (once more to stop at once)\n');
  };
  for (const name of endings) process.on(name, handle);
  return {
    signal: controller.signal,
    stop() {
      for (const name of endings) process.off(name, handle);
    },
  };
}

/** What an interrupted command ends with: exit code 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP. */
export function interrupted(signal: AbortSignal, message: string): UserError {
  return new UserError(message, EXIT[signal.reason as Ending]);
}

/** Runs a task that Ctrl-C, SIGTERM or SIGHUP may end, and says so. */
export async function interruptible<T>(
  run: (signal: AbortSignal) => Promise<T>,
  message = 'interrupted',
): Promise<T> {
  const interrupt = onInterrupt(() => undefined);
  try {
    return await run(interrupt.signal);
  } catch (error) {
    if (interrupt.signal.aborted) throw interrupted(interrupt.signal, message);
    throw error;
  } finally {
    interrupt.stop();
  }
}
