import { checkSameSize, type FoundDataset, type RgbTrack } from '../loaders/dataset-definition.js';
import { readRgbFile } from '../loaders/image-file.js';
import { findDataset } from '../loaders/open-dataset.js';
import type { DatasetName, OpenDatasetOptions } from '../loaders/registry.js';
import { ntire2020Clean } from '../rgb-formation/ntire2020-clean.js';
import { inspectCube, refuseBad, remarksOn } from './inspect-cube.js';

/** One thing to be read and validated: a scene's cube, or an RGB image. */
export interface CheckItem {
  readonly name: string;
  /** Reads everything; returns what is odd but no error, and for cubes a sample. @throws where it cannot be used */
  check(): Promise<{ readonly odd: readonly string[]; readonly sample?: Float32Array }>;
}

/** What is in a folder and has to be checked. */
export interface CheckPlan {
  readonly items: readonly CheckItem[];
  readonly cubes: ReadonlySet<string>;
  /** Names of the scenes that have an RGB image, by track ('' where there is one kind). */
  readonly images: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Lists what to check; reads names of files only. */
export async function planCheck(
  dataset: DatasetName,
  root: string,
  options: OpenDatasetOptions,
): Promise<CheckPlan> {
  const found = await findDataset(dataset, root, options);
  const tracks = found.images ?? [];
  // A damaged file must not hide the others: each scene is opened on its own, and RGB files are checked by themselves.
  const alone = (id: string) =>
    found.open({
      ...options,
      ...(tracks.length > 0 ? { recipe: ntire2020Clean(), rgbFiles: false } : {}),
      scenes: [id],
    });
  const cubes: CheckItem[] = found.ids.map((id) => ({
    name: id,
    async check() {
      const source = await alone(id);
      const scene = await source.load(id);
      await source.close?.();
      const facts = inspectCube(scene);
      refuseBad(facts, `${dataset}: scene '${id}'`);
      const remarks = remarksOn(facts, source.scenes[0]!, source.unitRange);
      return { odd: remarks.map(({ text }) => text), sample: facts.sample };
    },
  }));
  const images = tracks.flatMap((track) => imageItems(dataset, track, found, alone));
  return {
    items: [...cubes, ...images],
    cubes: new Set(found.ids),
    images: new Map(tracks.map(({ track, paths }) => [track, new Set(paths.keys())])),
  };
}

function imageItems(
  dataset: DatasetName,
  { paths, fileName }: RgbTrack,
  { ids }: FoundDataset<OpenDatasetOptions>,
  alone: (id: string) => ReturnType<FoundDataset['open']>,
): CheckItem[] {
  return [...paths].map(([id, path]) => ({
    name: fileName(id),
    async check() {
      const context = `${dataset}: scene '${id}'`;
      const image = await readRgbFile(path, context);
      if (!ids.includes(id)) return { odd: [] };
      const source = await alone(id);
      checkSameSize(context, path, image, source.scenes[0]!);
      await source.close?.();
      return { odd: [] };
    },
  }));
}
