export { datasetDefinition, listScenes, openDataset, recogniseDataset } from './loaders/open-dataset.js';
export { bandsFile } from './loaders/open-cube.js';
export { openCubeFile, type CubeFile, type CubeFileOptions, type CubePart } from './loaders/cube-file.js';
export { datasetNames, type DatasetName, type OpenDatasetOptions } from './loaders/registry.js';
export { jpegRoundTrip } from './loaders/jpeg-round-trip.js';
export {
  openPhoto,
  photoColours,
  type OpenPhotoOptions,
  type Photo,
  type PhotoColour,
  type PhotoValues,
} from './photo/open-photo.js';
export { readSplit } from './loaders/read-split.js';
export { cacheOnDisk, type CacheOnDiskOptions } from './streaming/cache-on-disk.js';
export { canReadInWorker, scenesInWorker, type ScenesInWorkerOptions } from './streaming/scenes-in-worker.js';
export { photoInWorker, type PhotoInWorkerOptions, type PhotoThread } from './streaming/photo-in-worker.js';
export { openPhotoSpec, type PhotoSpec } from './streaming/photo-spec.js';
export { NoThreadError } from './streaming/worker-thread.js';
export { type NamedRecipe } from './streaming/named-recipe.js';
export { openDatasetSpec } from './streaming/open-dataset-spec.js';
export { type DatasetSpec } from './streaming/reading-protocol.js';
export { checkDataset, type CheckDatasetOptions, type DatasetReport } from './inspect/check-dataset.js';
export {
  previewDataset,
  type DatasetPreview,
  type PreviewDatasetOptions,
} from './inspect/preview-dataset.js';
export { caveUrl, fetchCave, type FetchCaveOptions, type FetchedCave } from './fetch/fetch-cave.js';
