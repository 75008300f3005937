import type { CallName, Calls, Compute, Response } from './messages.js';

/** Thrown by a call that the user stopped; nothing is wrong. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
}

interface Pending {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Calls the worker that computes; answers come in any order. */
export class EngineClient {
  #worker: Worker | undefined;
  #next = 0;
  readonly #pending = new Map<number, Pending>();

  constructor(
    private readonly createWorker: () => Worker,
    private readonly onProgress: (done: number, total: number) => void,
    private readonly onCompute: (compute: Compute) => void,
    private readonly onFailure: (message: string) => void,
  ) {}

  call<Name extends CallName>(name: Name, argument: Calls[Name]['argument']): Promise<Calls[Name]['answer']> {
    const worker = (this.#worker ??= this.start());
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (answer: unknown) => void, reject });
      worker.postMessage({ id, name, argument });
    });
  }

  private start(): Worker {
    const worker = this.createWorker();
    worker.onmessage = ({ data }: MessageEvent<Response>) => this.receive(data);
    worker.onerror = (event) => this.fail(event.message || 'it could not be loaded');
    return worker;
  }

  private receive(response: Response): void {
    if ('progress' in response) {
      this.onProgress(response.progress.done, response.progress.total);
      return;
    }
    if ('compute' in response) {
      this.onCompute(response.compute);
      return;
    }
    const pending = this.#pending.get(response.id);
    this.#pending.delete(response.id);
    if ('answer' in response) pending?.resolve(response.answer);
    else {
      const { message, aborted } = response.error;
      pending?.reject(aborted ? new CancelledError(message) : new Error(message));
    }
  }

  /** The worker is lost with all that it held; the next call starts another. */
  private fail(message: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    const error = new Error(`The computing part of the page stopped: ${message}.`);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    this.onFailure(error.message);
  }
}
