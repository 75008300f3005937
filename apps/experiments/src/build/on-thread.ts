import { canReadInWorker, NoThreadError } from '@prismamba/datasets/node';

/**
 * `inThread`, or `here` where no thread can be started (Node's permission model, a machine that is out of them): the same numbers, later.
 * Then `what` makes a note of it; run from the TypeScript sources, where there are no files of threads, nothing is said.
 */
export async function onThread<T>(
  what: string,
  inThread: () => Promise<T>,
  here: () => T | Promise<T>,
): Promise<{ readonly opened: T; readonly notes: readonly string[] }> {
  if (!canReadInWorker()) return { opened: await here(), notes: [] };
  try {
    return { opened: await inThread(), notes: [] };
  } catch (error) {
    if (!(error instanceof NoThreadError)) throw error;
    return {
      opened: await here(),
      notes: [`${what} on the main thread, between the steps: ${error.message}`],
    };
  }
}
