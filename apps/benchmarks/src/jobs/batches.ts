import { patchBatches, photoAugmentation, scenePatches, syntheticScenes } from '@prismamba/datasets';
import { jpegRoundTrip } from '@prismamba/datasets/node';
import { measure, type JobResult } from './job-result.js';

export interface BatchesJob {
  readonly size: number;
  readonly batch: number;
  /** `photo`: camera, light, exposure, noise and JPEG drawn for each patch, as `pretrained/gmsr-net-photo` trains. */
  readonly augment: 'none' | 'rotate-flip' | 'photo';
}

const COUNT = 20;

/** What one batch of scenes in memory takes to cut, to form and to turn; CPU time of the process, the JPEG codec's threads too. */
export async function batches({ size, batch, augment }: BatchesJob): Promise<JobResult> {
  const source = syntheticScenes({ train: 3, test: 1, height: 2 * size, width: 2 * size, seed: 1 });
  const photo = photoAugmentation({
    cameras: [],
    syntheticCameras: 1,
    illuminants: ['D65', 'A', 'FL2'],
    exposure: [0.4, 2],
    electrons: [1000, 50000],
    readSigma: [0, 0.003],
    jpegQuality: [50, 98],
    jpegPart: 0.6,
    jpeg: jpegRoundTrip,
  });
  const patches = scenePatches(
    source,
    source.scenes.map(({ id }) => id),
    {
      size,
      stride: size / 2,
      augment: augment === 'none' ? 'none' : 'rotate-flip',
      ...(augment === 'photo' ? { photo } : {}),
    },
  );
  const stream = patchBatches(patches, { batchSize: batch, prefetch: 0 });
  let step = 0;
  const some = async () => {
    for (let i = 0; i < COUNT; i++) await stream.batchAt(step++);
  };
  const { seconds, cpuSeconds } = await measure(some, 5, 3);
  return { seconds: seconds / COUNT, cpuSeconds: cpuSeconds / COUNT, threadsRan: 1 };
}
