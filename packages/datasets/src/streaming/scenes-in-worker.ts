import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { DatasetError } from '../dataset-error.js';
import type { Region, Scene, SceneSource } from '../scene.js';
import type { DatasetSpec, ReadReply, ReadRequest, SourceFacts } from './reading-protocol.js';

/** Options of {@link scenesInWorker}. */
export interface ScenesInWorkerOptions {
  /** Reading threads, default 1. */
  readonly workers?: number;
  /** The worker's file, where a bundler moved it; default: `reading-worker.js` beside this module. */
  readonly workerUrl?: URL;
}

/** True where the worker's file is there: not when running from the TypeScript sources. */
export function canReadInWorker(workerUrl: URL = defaultWorkerUrl()): boolean {
  return existsSync(fileURLToPath(workerUrl));
}

function defaultWorkerUrl(): URL {
  return new URL('./reading-worker.js', import.meta.url);
}

/**
 * Opens a data set whose files are read and decoded on a thread of their own, so that reading goes on while the main
 * thread computes. With `patchBatches(..., { prefetch: 1 })` the next batch is read during a training step. Scenes
 * come over without being copied. Close the source when done.
 *
 * @throws DatasetError for what the loader refuses, and where the worker's file is missing
 */
export async function scenesInWorker(
  spec: DatasetSpec,
  options: ScenesInWorkerOptions = {},
): Promise<SceneSource> {
  const { workers: count = 1, workerUrl = defaultWorkerUrl() } = options;
  if (!Number.isInteger(count) || count < 1) {
    throw new DatasetError(`scenesInWorker: workers must be an integer >= 1, got ${count}`);
  }
  if (!canReadInWorker(workerUrl)) {
    throw new DatasetError(
      `scenesInWorker: there is no worker file ${fileURLToPath(workerUrl)}; build the package, or name the file with workerUrl`,
    );
  }
  const readers = Array.from({ length: count }, () => new Reader(workerUrl, spec));
  let facts: SourceFacts[];
  try {
    facts = await Promise.all(readers.map((reader) => reader.ready));
  } catch (error) {
    await Promise.all(readers.map((reader) => reader.close()));
    throw error;
  }
  const read = (id: string, region?: Region) => {
    const idlest = readers.reduce((a, b) => (b.pending < a.pending ? b : a));
    return idlest.read(id, region);
  };
  return {
    ...facts[0]!,
    load: (id) => read(id),
    readRegion: (id, region) => read(id, region),
    close: async () => {
      await Promise.all(readers.map((reader) => reader.close()));
    },
  };
}

interface Waiting {
  resolve(scene: Scene): void;
  reject(error: Error): void;
}

/** One thread. It keeps the process alive only while something is asked of it. */
class Reader {
  readonly ready: Promise<SourceFacts>;
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;
  private ended: Error | undefined;

  constructor(url: URL, spec: DatasetSpec) {
    this.worker = new Worker(url, { workerData: spec });
    this.ready = new Promise((resolve, reject) => {
      this.worker.on('message', (reply: ReadReply) => {
        if (reply.kind === 'ready') resolve(reply.facts);
        else if (reply.kind === 'refused') reject(new DatasetError(reply.message));
        else this.settle(reply);
        if (this.waiting.size === 0) this.worker.unref();
      });
      const end = (error: Error) => {
        this.ended = error;
        reject(error);
        for (const { reject: fail } of this.waiting.values()) fail(error);
        this.waiting.clear();
      };
      this.worker.on('error', (cause) =>
        end(new DatasetError(`scenesInWorker: the reading thread failed: ${String(cause)}`, { cause })),
      );
      this.worker.on('exit', () => end(new DatasetError('scenesInWorker: the source was closed')));
    });
  }

  get pending(): number {
    return this.waiting.size;
  }

  read(id: string, region?: Region): Promise<Scene> {
    if (this.ended !== undefined) return Promise.reject(this.ended);
    const request: ReadRequest = { number: this.next++, id, ...(region === undefined ? {} : { region }) };
    return new Promise((resolve, reject) => {
      this.waiting.set(request.number, { resolve, reject });
      this.worker.ref();
      this.worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private settle(reply: Extract<ReadReply, { number: number }>): void {
    const waiting = this.waiting.get(reply.number);
    this.waiting.delete(reply.number);
    if (reply.kind === 'scene') waiting?.resolve(reply.scene);
    else waiting?.reject(new DatasetError(reply.message));
  }
}
