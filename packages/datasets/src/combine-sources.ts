import { DatasetError } from './dataset-error.js';
import type { Scene, SceneSource } from './scene.js';

/** One of several sources and the scenes of it that are wanted. */
export interface SourcePart {
  readonly source: SceneSource;
  /** Scenes by their names in `source`. */
  readonly ids: readonly string[];
  /** Put before the names of its scenes, with a slash; '' leaves them as they are. */
  readonly prefix: string;
}

/**
 * Several sources as one, so that a network can be trained on scenes of more than one data set. The first says how the whole is
 * described; each scene is read by the source that it comes from.
 *
 * @throws DatasetError where two scenes would have one name, or the bands are not those of the first source.
 */
export function combineSources(parts: readonly SourcePart[]): SceneSource {
  const [first] = parts;
  if (first === undefined) throw new DatasetError('combineSources: no source is given, wanted at least one');
  const { name, description, synthetic, wavelengths } = first.source;
  const origin = new Map<string, { readonly source: SceneSource; readonly id: string }>();
  for (const { source, ids, prefix } of parts) {
    if (source.wavelengths.join() !== wavelengths.join()) {
      throw new DatasetError(
        `combineSources: ${source.name} has ${describeBands(source.wavelengths)}, ${name} has ${describeBands(wavelengths)}; scenes of one run need the same bands`,
      );
    }
    for (const id of ids) {
      const full = prefix === '' ? id : `${prefix}/${id}`;
      if (origin.has(full)) {
        throw new DatasetError(
          `combineSources: two scenes are named '${full}'; give the sources different prefixes`,
        );
      }
      origin.set(full, { source, id });
    }
  }
  const find = (full: string) => {
    const found = origin.get(full);
    if (found !== undefined) return found;
    throw new DatasetError(
      `combineSources: unknown scene '${full}'; there are ${[...origin.keys()].join(', ')}`,
    );
  };
  const named = (scene: Scene, id: string): Scene => ({ ...scene, id });
  return {
    name,
    description,
    synthetic,
    wavelengths,
    scenes: [...origin].map(([full, { source, id }]) => {
      const handle = source.scenes.find((scene) => scene.id === id);
      if (handle === undefined) throw new DatasetError(`combineSources: ${source.name} has no scene '${id}'`);
      return { ...handle, id: full };
    }),
    unitRange: parts.every(({ source }) => source.unitRange !== false),
    regionReads: parts.every(({ source }) => source.regionReads),
    notes: [...new Set(parts.flatMap(({ source }) => source.notes))],
    load: async (full) => {
      const { source, id } = find(full);
      return named(await source.load(id), full);
    },
    readRegion: async (full, region) => {
      const { source, id } = find(full);
      return named(await source.readRegion(id, region), full);
    },
    close: async () => {
      for (const { source } of parts) await source.close?.();
    },
  };
}

const describeBands = (wavelengths: readonly number[]) =>
  `${wavelengths.length} bands from ${wavelengths[0]} to ${wavelengths.at(-1)} nm`;
