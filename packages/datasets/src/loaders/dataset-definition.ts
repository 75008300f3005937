import { DatasetError } from '../dataset-error.js';
import { findScene, type SceneSource } from '../scene.js';
import type { RgbOptions } from './rgb-options.js';

/** Options that every data set takes. */
export interface DatasetOptions extends RgbOptions {
  /** Only these scenes; others in the folder are not looked at. */
  readonly scenes?: readonly string[];
  /**
   * True: the RGB images that come with the data set (an error where it has none). False: formed by the recipe.
   * Default: true for data sets whose papers use their own images (NTIRE), unless a recipe is named.
   */
  readonly rgbFiles?: boolean;
}

/** What a complete copy of a data set holds. */
export interface ExpectedScenes {
  /** Lists of names with what they are; empty where the names are not known. */
  readonly cubes: readonly { readonly what: string; readonly names: readonly string[] }[];
  /** RGB images, where the data set has them, as the loader's names of scenes. */
  readonly images: readonly { readonly what: string; readonly names: readonly string[] }[];
  /** Number of cubes, where only that is known. */
  readonly count?: number;
}

/** RGB images of one kind that come with a data set. */
export interface RgbTrack {
  /** '' where there is one kind. */
  readonly track: string;
  /** Path of the image by scene. */
  readonly paths: ReadonlyMap<string, string>;
  /** File name that the image of a scene has. */
  fileName(id: string): string;
}

/** A data set in a folder, whose files were found but not looked into. */
export interface FoundDataset<Options = DatasetOptions> {
  /** Names of the scenes, sorted. */
  readonly ids: readonly string[];
  /** RGB images to be checked; absent where the data set has none of its own. */
  readonly images?: readonly RgbTrack[];
  open(options: Options): Promise<SceneSource>;
}

/** Names of what a folder holds. */
export interface FolderNames {
  /** Folders directly inside it. */
  readonly folders: readonly string[];
  /** Names, without their folders, of all files below it. */
  readonly files: readonly string[];
}

/** Everything that is particular to one data set; `registry.ts` lists them. */
export interface DatasetDefinition<Name extends string = string, Options = DatasetOptions> {
  /** Name on the command line and in experiments. */
  readonly name: Name;
  readonly title: string;
  /** How its files are named, for messages: `img*.mat`. */
  readonly looksLike: string;
  /** True where any file of a kind will do: asked only where no other data set recognises the folder. */
  readonly general?: boolean;
  /** Whether a folder holds this data set, by names alone. */
  recognise(names: FolderNames): boolean;
  /** Finds its files; does not look into them. */
  find(root: string, options: Options): Promise<FoundDataset<Options>>;
  /** What a complete copy holds; absent where there is no such thing. */
  readonly expected?: ExpectedScenes;
  /** Options that it takes beside {@link DatasetOptions}. */
  readonly options: readonly Exclude<keyof Options & string, keyof DatasetOptions>[];
  /** Whether it can have RGB images that fit its cubes. */
  readonly hasRgb: boolean;
}

/** Keeps the types of a definition's name and options. */
export function defineDataset<const Name extends string, Options extends DatasetOptions>(
  definition: DatasetDefinition<Name, Options>,
): DatasetDefinition<Name, Options> {
  return definition;
}

/** The scenes to open: all, sorted, or those that are wanted. @throws DatasetError with the nearest name for an unknown one */
export function chooseScenes(
  dataset: string,
  known: Iterable<string>,
  wanted: readonly string[] | undefined,
): readonly string[] {
  const all = [...known].sort();
  if (wanted === undefined) return all;
  const scenes = all.map((id) => ({ id, height: 0, width: 0, bands: 0 }));
  for (const id of wanted) findScene({ name: dataset, scenes }, id);
  return all.filter((id) => wanted.includes(id));
}

/** @throws DatasetError where an image has another size than its cube */
export function checkSameSize(
  context: string,
  path: string,
  image: { readonly height: number; readonly width: number },
  cube: { readonly height: number; readonly width: number },
): void {
  if (image.height === cube.height && image.width === cube.width) return;
  throw new DatasetError(
    `${context}: ${path} has ${image.height} x ${image.width} pixels, its cube ${cube.height} x ${cube.width}`,
  );
}
