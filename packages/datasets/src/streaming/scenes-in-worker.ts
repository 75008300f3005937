import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DatasetError } from '../dataset-error.js';
import type { Scene, SceneSource } from '../scene.js';
import type { DatasetSpec, ReadQuestion, SourceFacts } from './reading-protocol.js';
import { WorkerThread } from './worker-thread.js';

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
 * @throws DatasetError for what the loader refuses; NoThreadError, which is one, where no thread can be started or its file is missing
 */
export async function scenesInWorker(
  spec: DatasetSpec,
  options: ScenesInWorkerOptions = {},
): Promise<SceneSource> {
  const { workers: count = 1, workerUrl = defaultWorkerUrl() } = options;
  if (!Number.isInteger(count) || count < 1) {
    throw new DatasetError(`scenesInWorker: workers must be an integer >= 1, got ${count}`);
  }
  const readers: WorkerThread<SourceFacts, ReadQuestion, Scene>[] = [];
  const close = async () => {
    await Promise.all(readers.map((reader) => reader.close()));
  };
  let facts: SourceFacts[];
  try {
    for (let i = 0; i < count; i++)
      readers.push(new WorkerThread('scenesInWorker', workerUrl, spec, 'the source was closed'));
    facts = await Promise.all(readers.map((reader) => reader.ready));
  } catch (error) {
    await close();
    throw error;
  }
  const read = (question: ReadQuestion) =>
    readers.reduce((a, b) => (b.pending < a.pending ? b : a)).ask(question);
  return {
    ...facts[0]!,
    load: (id) => read({ id }),
    readRegion: (id, region) => read({ id, region }),
    close,
  };
}
