import { parentPort, workerData } from 'node:worker_threads';
import type { SceneSource } from '../scene.js';
import { openDatasetSpec } from './open-dataset-spec.js';
import type { DatasetSpec, ReadReply, ReadRequest, SourceFacts } from './reading-protocol.js';

// The worker of `scenesInWorker`: opens the data set that it is given and reads what it is asked for, in order.

function reply(message: ReadReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function serve(source: SceneSource, { number, id, region }: ReadRequest): Promise<void> {
  try {
    const scene = await (region === undefined ? source.load(id) : source.readRegion(id, region));
    const arrays = scene.mask === undefined ? [scene.cube, scene.rgb] : [scene.cube, scene.rgb, scene.mask];
    // Loaders hand out arrays of their own: their memory moves to the other thread, nothing is copied.
    reply(
      { kind: 'scene', number, scene },
      arrays.map(({ buffer }) => buffer as ArrayBuffer),
    );
  } catch (error) {
    reply({ kind: 'failed', number, message: textOf(error) });
  }
}

async function main(): Promise<void> {
  try {
    const source = await openDatasetSpec(workerData as DatasetSpec);
    // Functions do not cross threads; everything else that the source says of itself does.
    const own = Object.entries(source).filter(([, value]) => typeof value !== 'function');
    reply({ kind: 'ready', facts: Object.fromEntries(own) as SourceFacts });
    let last: Promise<void> = Promise.resolve();
    parentPort?.on('message', (request: ReadRequest) => {
      last = last.then(() => serve(source, request));
    });
  } catch (error) {
    reply({ kind: 'refused', message: textOf(error) });
  }
}

void main();
