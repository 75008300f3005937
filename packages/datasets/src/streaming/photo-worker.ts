import type { PhotoQuestion, PhotoResult } from './photo-in-worker.js';
import { openPhotoSpec, type PhotoSpec } from './photo-spec.js';
import { serveThread } from './serve-thread.js';

// The thread of `photoInWorker`: forms the photos of the patches that it is sent.

void serveThread((spec: PhotoSpec) => {
  const photo = openPhotoSpec(spec);
  return {
    facts: undefined,
    answer: ({ cube, size, wavelengths, seed }: PhotoQuestion): Promise<PhotoResult> =>
      photo(cube, size, wavelengths, seed),
    memoryOf: ({ rgb, cube }) => [rgb, cube],
  };
});
