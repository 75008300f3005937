import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadReply, ThreadRequest } from './thread-protocol.js';

/** What a thread does. */
export interface Served<Facts, Question, Result> {
  readonly facts: Facts;
  answer(question: Question): Promise<Result>;
  /** Arrays of an answer that are nobody else's: their memory moves to the other thread, nothing is copied. */
  memoryOf(result: Result): readonly ArrayBufferView[];
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** The end of a `WorkerThread` that runs in the thread: begins with the data that it was given, and answers requests in order. */
export async function serveThread<Data, Facts, Question, Result>(
  open: (data: Data) => Promise<Served<Facts, Question, Result>> | Served<Facts, Question, Result>,
): Promise<void> {
  const reply = (message: ThreadReply<Facts, Result>, memory: readonly ArrayBufferView[] = []) =>
    parentPort?.postMessage(
      message,
      memory.map(({ buffer }) => buffer as ArrayBuffer),
    );
  try {
    const served = await open(workerData as Data);
    reply({ kind: 'ready', facts: served.facts });
    const serve = async ({ number, question }: ThreadRequest<Question>) => {
      try {
        const result = await served.answer(question);
        reply({ kind: 'done', number, result }, served.memoryOf(result));
      } catch (error) {
        reply({ kind: 'failed', number, message: textOf(error) });
      }
    };
    let last: Promise<void> = Promise.resolve();
    parentPort?.on('message', (request: ThreadRequest<Question>) => {
      last = last.then(() => serve(request));
    });
  } catch (error) {
    reply({ kind: 'refused', message: textOf(error) });
  }
}
