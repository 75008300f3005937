import { createRandom, deriveSeed, type Region, type Scene, type SceneSource } from '@prismamba/datasets';
import type { Patch, PatchSet } from '@prismamba/trainer';

export interface PatchOptions {
  readonly size: number;
  readonly stride: number;
  readonly augment: boolean;
}

/** All patches of all training scenes on a regular grid, cut when asked for. */
export async function trainingPatches(
  source: SceneSource,
  ids: readonly string[],
  { size, stride }: PatchOptions,
  seed: number,
): Promise<PatchSet> {
  void seed;
  const scenes = new Map<string, Promise<Scene>>();
  const places: { readonly id: string; readonly region: Region }[] = [];
  for (const id of ids) {
    const handle = source.scenes.find((scene) => scene.id === id)!;
    for (let row = 0; row + size <= handle.height; row += stride) {
      for (let column = 0; column + size <= handle.width; column += stride) {
        places.push({ id, region: { row, column, height: size, width: size } });
      }
    }
  }
  const load = (id: string) => {
    let scene = scenes.get(id);
    if (scene === undefined) scenes.set(id, (scene = source.load(id)));
    return scene;
  };
  return Promise.resolve({
    length: places.length,
    async patchAt(index: number): Promise<Patch> {
      const { id, region } = places[index]!;
      const scene = await load(id);
      const cut = (data: Float32Array, channels: number) => {
        const out = new Float32Array(size * size * channels);
        for (let y = 0; y < size; y++) {
          const start = ((region.row + y) * scene.width + region.column) * channels;
          out.set(data.subarray(start, start + size * channels), y * size * channels);
        }
        return out;
      };
      return { rgb: cut(scene.rgb, 3), cube: cut(scene.cube, 31), height: size, width: size };
    },
  });
}
void createRandom;
void deriveSeed;
