import type { PatchPhoto } from '../patches/photo-augmentation.js';
import type { PhotoSpec } from './photo-spec.js';
import { WorkerThread } from './worker-thread.js';

/** A patch on its way to the thread. */
export interface PhotoQuestion {
  readonly cube: Float32Array;
  readonly size: number;
  readonly wavelengths: readonly number[];
  readonly seed: number;
}

export type PhotoResult = Awaited<ReturnType<PatchPhoto>>;

/** Options of {@link photoInWorker}. */
export interface PhotoInWorkerOptions {
  /** The worker's file, where a bundler moved it; default: `photo-worker.js` beside this module. */
  readonly workerUrl?: URL;
}

/** An augmentation that runs on a thread of its own, until it is closed. */
export interface PhotoThread {
  /** The same function of patch and seed as that of `openPhotoSpec`, to the last bit. */
  readonly photo: PatchPhoto;
  close(): Promise<void>;
}

/**
 * Forms the photos of training patches on a thread of its own: with `patchBatches(..., { prefetch: 1 })` those of the next batch are
 * formed while the main thread computes a training step. Close it when done.
 *
 * @throws DatasetError for what the augmentation refuses; NoThreadError, which is one, where no thread can be started or its file is missing
 */
export async function photoInWorker(
  spec: PhotoSpec,
  { workerUrl = new URL('./photo-worker.js', import.meta.url) }: PhotoInWorkerOptions = {},
): Promise<PhotoThread> {
  const thread = new WorkerThread<undefined, PhotoQuestion, PhotoResult>(
    'photoInWorker',
    workerUrl,
    spec,
    'the thread was closed',
  );
  try {
    await thread.ready;
  } catch (error) {
    await thread.close();
    throw error;
  }
  return {
    // The patch is copied to the thread, so that it stays the caller's; what comes back is moved.
    photo: (cube, size, wavelengths, seed) => thread.ask({ cube, size, wavelengths, seed }),
    close: () => thread.close(),
  };
}
