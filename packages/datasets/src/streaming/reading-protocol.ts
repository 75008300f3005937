import type { OpenDatasetOptions, DatasetName } from '../loaders/registry.js';
import type { Region, SceneSource } from '../scene.js';
import type { NamedRecipe } from './named-recipe.js';

/** A data set as plain data, so that it can be sent to a worker thread; `openDatasetSpec` opens it. */
export interface DatasetSpec {
  readonly dataset: DatasetName | 'auto';
  readonly root: string;
  /** Options of the loader but for the recipe and the codec, which are functions. */
  readonly options?: Omit<OpenDatasetOptions, 'recipe' | 'jpeg'>;
  /** Without it the loader's own default. */
  readonly recipe?: NamedRecipe;
  /** Folder in which decoded scenes are kept, see `cacheOnDisk`. */
  readonly cacheFolder?: string;
}

/** What a source says of itself. */
export type SourceFacts = Omit<SceneSource, 'load' | 'readRegion' | 'close'>;

/** A scene, or a part of it. */
export interface ReadQuestion {
  readonly id: string;
  readonly region?: Region;
}
