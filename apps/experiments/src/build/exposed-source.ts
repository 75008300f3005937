import type { Scene, SceneSource } from '@prismamba/datasets';

/**
 * Scenes whose photos were taken with `factor` times the light: the RGB is formed so already (`recipe.exposure_factor`), the cubes
 * are scaled along, because RGB does not tell a dark surface from little light. The truth is relative radiance then.
 */
export function exposedSource(source: SceneSource, factor: number): SceneSource {
  if (factor === 1) return source;
  const expose = (scene: Scene): Scene => ({ ...scene, cube: scene.cube.map((value) => value * factor) });
  return {
    ...source,
    load: async (id) => expose(await source.load(id)),
    readRegion: async (id, region) => expose(await source.readRegion(id, region)),
    notes: [...source.notes, `exposure x${factor}: the true spectra are scaled along with the light`],
  };
}
