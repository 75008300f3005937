import { cave } from './cave.js';
import type { DatasetDefinition } from './dataset-definition.js';
import { harvard } from './harvard.js';
import { ntire2020 } from './ntire2020.js';
import { ntire2022 } from './ntire2022.js';
import { plainFolder } from './plain-folder.js';

/** Every data set on disk that this package reads. */
export const datasetDefinitions = [cave, harvard, ntire2020, ntire2022, plainFolder] as const;

type Definitions = typeof datasetDefinitions;
type OptionsOf<D> = D extends DatasetDefinition<string, infer Options> ? Options : never;
type IntersectionOf<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void
  ? I
  : never;

export type DatasetName = Definitions[number]['name'];

/** Options of `openDataset`: those of every data set; each refuses those of the others. */
export type OpenDatasetOptions = IntersectionOf<OptionsOf<Definitions[number]>>;

/** Names of the data sets on disk that this package reads. */
export const datasetNames: readonly DatasetName[] = datasetDefinitions.map(({ name }) => name);
