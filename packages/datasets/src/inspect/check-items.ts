import { findAradFiles, type AradFormat } from '../loaders/arad.js';
import { readRgbFile } from '../loaders/image-file.js';
import { matCubeSize } from '../loaders/mat-cube.js';
import { ntire2020Format } from '../loaders/ntire2020.js';
import { ntire2022Format } from '../loaders/ntire2022.js';
import { findDataset, type DatasetName, type OpenDatasetOptions } from '../loaders/open-dataset.js';
import { DatasetError } from '../dataset-error.js';
import { ntire2020Clean } from '../rgb-formation/ntire2020-clean.js';
import { inspectCube } from './inspect-cube.js';

/** One thing to be read and validated: a scene's cube, or an RGB image. */
export interface CheckItem {
  readonly name: string;
  /** Reads everything; returns what is odd but no error. @throws where it cannot be used */
  check(): Promise<string[]>;
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
  const cubes = found.ids;
  // A damaged file must not hide the others: each scene is opened on its own. RGB of ARAD is checked as files below.
  const arad = dataset === 'ntire2020' || dataset === 'ntire2022';
  const items: CheckItem[] = cubes.map((id) => ({
    name: id,
    async check() {
      const source = await found.open({
        ...options,
        ...(arad ? { recipe: ntire2020Clean() } : {}),
        scenes: [id],
      });
      const scene = await source.load(id);
      const bands = scene.wavelengths.length;
      const { low, high } = inspectCube(
        scene.cube,
        { width: scene.width, bands },
        `${dataset}: scene '${id}'`,
      );
      await source.close?.();
      // Harvard's cubes have no common scale.
      const odd = dataset !== 'harvard' && (low < 0 || high > 1);
      return odd ? [`values from ${low.toPrecision(4)} to ${high.toPrecision(4)}, wanted 0 to 1`] : [];
    },
  }));
  const images = new Map<string, ReadonlySet<string>>();
  if (dataset === 'ntire2020') {
    for (const track of ['clean', 'real-world'] as const) {
      const found = await addImages(items, root, ntire2020Format(track));
      if (found.size > 0) images.set(track, found);
    }
    if (images.size === 0) images.set('clean', new Set());
  }
  if (dataset === 'ntire2022') images.set('', await addImages(items, root, ntire2022Format));
  return { items, cubes: new Set(cubes), images };
}

async function addImages(items: CheckItem[], root: string, format: AradFormat): Promise<Set<string>> {
  const files = await findAradFiles(root, format);
  for (const [id, path] of files.images) {
    const context = `${format.name}: scene '${id}'`;
    items.push({
      name: format.rgbName(id),
      async check() {
        const image = await readRgbFile(path, context);
        const cubePath = files.cubes.get(id);
        if (cubePath === undefined) return [];
        const cube = await matCubeSize(cubePath, 'cube', 31, context);
        if (image.height !== cube.height || image.width !== cube.width) {
          throw new DatasetError(
            `${context}: ${path} has ${image.height} x ${image.width} pixels, its cube ${cube.height} x ${cube.width}`,
          );
        }
        return [];
      },
    });
  }
  return new Set(files.images.keys());
}
