import type { OpenDatasetOptions, DatasetName } from '../loaders/registry.js';
import type { RecipeSettings } from '../rgb-formation/recipes.js';
import type { Region, Scene, SceneSource } from '../scene.js';
import type { SpectralTable } from '../spectra/spectral-table.js';

/** A data set as plain data, so that it can be sent to a worker thread; `openDatasetSpec` opens it. */
export interface DatasetSpec {
  readonly dataset: DatasetName | 'auto';
  readonly root: string;
  /** Options of the loader but for the recipe and the codec, which are functions. */
  readonly options?: Omit<OpenDatasetOptions, 'recipe' | 'jpeg'>;
  /** The recipe by name, with its camera as a table. Without it the loader's own default. */
  readonly recipe?: {
    readonly name: string;
    readonly camera?: SpectralTable<'r' | 'g' | 'b'>;
    readonly settings?: Partial<RecipeSettings>;
  };
  /** Folder in which decoded scenes are kept, see `cacheOnDisk`. */
  readonly cacheFolder?: string;
}

/** What a source says of itself. */
export type SourceFacts = Omit<SceneSource, 'load' | 'readRegion' | 'close'>;

/** Main thread to worker: a scene, or a part of it. */
export interface ReadRequest {
  readonly number: number;
  readonly id: string;
  readonly region?: Region;
}

/** Worker to main thread. */
export type ReadReply =
  | { readonly kind: 'ready'; readonly facts: SourceFacts }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'scene'; readonly number: number; readonly scene: Scene }
  | { readonly kind: 'failed'; readonly number: number; readonly message: string };
