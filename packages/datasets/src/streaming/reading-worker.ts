import { openDatasetSpec } from './open-dataset-spec.js';
import type { DatasetSpec, ReadQuestion, SourceFacts } from './reading-protocol.js';
import { serveThread } from './serve-thread.js';

// The thread of `scenesInWorker`: opens the data set that it is given and reads what it is asked for.

void serveThread(async (spec: DatasetSpec) => {
  const source = await openDatasetSpec(spec);
  // Functions do not cross threads; everything else that the source says of itself does.
  const own = Object.entries(source).filter(([, value]) => typeof value !== 'function');
  return {
    facts: Object.fromEntries(own) as SourceFacts,
    answer: ({ id, region }: ReadQuestion) =>
      region === undefined ? source.load(id) : source.readRegion(id, region),
    // Loaders hand out arrays of their own.
    memoryOf: ({ cube, rgb, mask }) => (mask === undefined ? [cube, rgb] : [cube, rgb, mask]),
  };
});
