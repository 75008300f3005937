export { caveScenes, readCaveCube, type CaveOptions } from './loaders/cave.js';
export { jpegRoundTrip } from './loaders/jpeg-round-trip.js';
export { type RgbOptions } from './loaders/rgb-options.js';
export { readSplit } from './loaders/read-split.js';
