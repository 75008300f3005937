export { caveScenes, readCaveCube, type CaveOptions } from './loaders/cave.js';
export { ntire2020Scenes, type Ntire2020Options, type Ntire2020Track } from './loaders/ntire2020.js';
export { ntire2022Scenes, type Ntire2022Options } from './loaders/ntire2022.js';
export { harvardScenes, harvardWavelengths, type HarvardOptions } from './loaders/harvard.js';
export { plainFolderScenes, type PlainFolderOptions } from './loaders/plain-folder.js';
export {
  datasetNames,
  listScenes,
  openDataset,
  recogniseDataset,
  type DatasetName,
  type OpenDatasetOptions,
} from './loaders/open-dataset.js';
export { jpegRoundTrip } from './loaders/jpeg-round-trip.js';
export { type NormFactorRule } from './loaders/norm-factor.js';
export { type RgbOptions } from './loaders/rgb-options.js';
export { readSplit } from './loaders/read-split.js';
export { cacheOnDisk, type CacheOnDiskOptions } from './streaming/cache-on-disk.js';
export { canReadInWorker, scenesInWorker, type ScenesInWorkerOptions } from './streaming/scenes-in-worker.js';
export { openDatasetSpec } from './streaming/open-dataset-spec.js';
export { type DatasetSpec } from './streaming/reading-protocol.js';
export {
  checkDataset,
  type CheckDatasetOptions,
  type DatasetReport,
  type TaskProgress,
} from './inspect/check-dataset.js';
export {
  previewDataset,
  type DatasetPreview,
  type PreviewDatasetOptions,
} from './inspect/preview-dataset.js';
export { downloadFile, type DownloadOptions } from './fetch/download-file.js';
export {
  caveUrl,
  fetchCave,
  type FetchCaveOptions,
  type FetchedCave,
  type FetchProgress,
} from './fetch/fetch-cave.js';
