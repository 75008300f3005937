export { DatasetError } from './dataset-error.js';
export { createRandom, deriveSeed, type Random } from './random.js';
export {
  checkRegion,
  cropScene,
  findScene,
  sceneBytes,
  type Region,
  type Scene,
  type SceneHandle,
  type SceneSource,
} from './scene.js';

export {
  defineTable,
  interpolateCurve,
  sampleTable,
  standardWavelengths,
  uniformWavelengths,
  type OutsideRule,
  type SpectralTable,
} from './spectra/spectral-table.js';
export { cie1931, cie1964 } from './spectra/observers.js';
export { illuminants } from './spectra/illuminants.js';
export { colorChecker } from './spectra/color-checker.js';
export { nikonD5100 } from './spectra/cameras.js';

export {
  syntheticScenes,
  type SyntheticSceneSource,
  type SyntheticScenesOptions,
} from './synthetic-scenes/synthetic-scenes.js';
export { materialFamilies, type MaterialFamily } from './synthetic-scenes/reflectances.js';

export { formRgb, type FormRgbOptions } from './rgb-formation/form-rgb.js';
export {
  isPointwise,
  type FloatImage,
  type JpegRoundTrip,
  type RgbContext,
  type RgbRecipe,
  type RgbStep,
} from './rgb-formation/rgb-step.js';
export {
  cameraSensitivities,
  illuminantAt,
  observerSensitivities,
  underIlluminant,
  withColumnSum,
  withGains,
  type Illuminant,
  type Sensitivities,
  type SensitivityModel,
} from './rgb-formation/sensitivities.js';
export {
  clip,
  divideByMaximum,
  exposeToMean,
  greyWorld,
  minMaxNormalise,
  project,
  quantize,
  readNoise,
  scale,
  shotNoise,
  whiteBalance,
} from './rgb-formation/steps.js';
export { ntire2020Clean } from './rgb-formation/ntire2020-clean.js';

export { checkDisjoint, checkSplit, parseSplit, type Split } from './splits/split.js';

export { patchCount, patchRegions, type PatchGrid } from './patches/patch-grid.js';
export { paperPatches, type PaperPatches, type PaperPatchesName } from './patches/paper-patches.js';
export { applySymmetry, drawSymmetry, type Augmentation, type Symmetry } from './patches/augmentation.js';
export { defaultCacheBytes, SceneCache } from './patches/scene-cache.js';
export {
  scenePatches,
  type ScenePatch,
  type ScenePatches,
  type ScenePatchesOptions,
} from './patches/scene-patches.js';
export {
  patchBatches,
  type PatchBatch,
  type PatchBatches,
  type PatchBatchesOptions,
} from './patches/patch-batches.js';
