import type { Scene } from '@prismamba/datasets';

/** Pixel pairs of one scene: row-major [count, 3] and [count, bands]. */
export interface PixelBatch {
  readonly rgb: Float32Array;
  readonly cube: Float32Array;
  readonly count: number;
}

/** All pixels of all scenes, one scene in memory at a time; what a closed-form model is fitted to. */
export async function* pixelBatches(
  ids: readonly string[],
  load: (id: string) => Promise<Scene>,
): AsyncGenerator<PixelBatch> {
  for (const id of ids) {
    const { rgb, cube, height, width } = await load(id);
    yield { rgb, cube, count: height * width };
  }
}
