// Provisional table of contents (written by the trainer's helper so that other rooms compile); replace it freely.
export {
  findScene,
  sceneBytes,
  cropScene,
  type Region,
  type Scene,
  type SceneHandle,
  type SceneSource,
} from './scene.js';
export { DatasetError } from './dataset-error.js';
export { createRandom, deriveSeed, type Random } from './random.js';
export { parseSplit, checkSplit, checkDisjoint, type Split } from './splits/split.js';
export { formRgb, type FormRgbOptions } from './rgb-formation/form-rgb.js';
export { ntire2020Clean } from './rgb-formation/ntire2020-clean.js';
export { type RgbRecipe, type RgbStep, type JpegRoundTrip } from './rgb-formation/rgb-step.js';
export {
  syntheticScenes,
  type SyntheticSceneSource,
  type SyntheticScenesOptions,
} from './synthetic-scenes/synthetic-scenes.js';
