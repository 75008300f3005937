import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { DatasetError } from '../dataset-error.js';
import type { ThreadReply, ThreadRequest } from './thread-protocol.js';

const brand = Symbol.for('@prismamba/datasets/NoThreadError');

/** A `DatasetError`: no thread could be started here; what it would have done can be done on the calling thread. */
export class NoThreadError extends DatasetError {
  readonly [brand] = true;

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && brand in value;
  }
}

interface Waiting<Result> {
  resolve(result: Result): void;
  reject(error: Error): void;
}

/** One thread that answers requests in order (`serveThread` is its other end). It keeps the process alive only while something is asked of it. */
export class WorkerThread<Facts, Question, Result> {
  /** What the thread says of itself when it has started. */
  readonly ready: Promise<Facts>;
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting<Result>>();
  private next = 0;
  private ended: Error | undefined;
  /** An answer that comes while the thread ends must not let go of the process, which waits for that end. */
  private closing = false;

  /**
   * @param caller name of the function for messages
   * @param url the thread's file
   * @param data what it begins with: plain data
   * @param closed what is said of requests after the end
   * @throws NoThreadError where the file is missing or this process may start no thread; `ready` rejects with it where starting fails later
   */
  constructor(
    private readonly caller: string,
    url: URL,
    data: unknown,
    closed: string,
  ) {
    const file = fileURLToPath(url);
    if (!existsSync(file)) {
      throw new NoThreadError(
        `${caller}: there is no worker file ${file}; build the package, or name the file with workerUrl`,
      );
    }
    try {
      this.worker = new Worker(url, { workerData: data });
    } catch (cause) {
      throw new NoThreadError(`${caller}: no thread can be started here: ${textOf(cause)}`, { cause });
    }
    this.ready = new Promise((resolve, reject) => {
      let started = false;
      this.worker.on('message', (reply: ThreadReply<Facts, Result>) => {
        started = true;
        if (reply.kind === 'ready') resolve(reply.facts);
        else if (reply.kind === 'refused') reject(new DatasetError(reply.message));
        else this.settle(reply);
        if (this.waiting.size === 0 && !this.closing) this.worker.unref();
      });
      const end = (error: Error) => {
        this.ended ??= error;
        reject(this.ended);
        for (const { reject: fail } of this.waiting.values()) fail(this.ended);
        this.waiting.clear();
      };
      this.worker.on('error', (cause) => {
        const message = `${caller}: the thread failed: ${textOf(cause)}`;
        end(started ? new DatasetError(message, { cause }) : new NoThreadError(message, { cause }));
      });
      this.worker.on('exit', () => end(new DatasetError(`${caller}: ${closed}`)));
    });
    // Told to whoever waits for it; a thread that is closed before that is nobody's mistake.
    this.ready.catch(() => undefined);
  }

  get pending(): number {
    return this.waiting.size;
  }

  ask(question: Question): Promise<Result> {
    if (this.ended !== undefined) return Promise.reject(this.ended);
    const request: ThreadRequest<Question> = { number: this.next++, question };
    return new Promise((resolve, reject) => {
      this.waiting.set(request.number, { resolve, reject });
      this.worker.ref();
      try {
        this.worker.postMessage(request);
      } catch (cause) {
        this.waiting.delete(request.number);
        reject(new DatasetError(`${this.caller}: the thread cannot be asked: ${textOf(cause)}`, { cause }));
      }
    });
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.worker.terminate();
  }

  private settle(reply: Extract<ThreadReply<Facts, Result>, { number: number }>): void {
    const waiting = this.waiting.get(reply.number);
    this.waiting.delete(reply.number);
    if (reply.kind === 'done') waiting?.resolve(reply.result);
    else waiting?.reject(new DatasetError(reply.message));
  }
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
