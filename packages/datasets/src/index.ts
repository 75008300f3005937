export { DatasetError } from './dataset-error.js';
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
export { resampleCube } from './spectra/resample.js';
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
export { bayerChannel, demosaicEdgeAware, mosaicRggb } from './rgb-formation/bayer.js';
export { jpegCompression } from './rgb-formation/jpeg.js';
export { ntire2020Clean } from './rgb-formation/ntire2020-clean.js';
export { ntire2020RealWorld, type Ntire2020RealWorldOptions } from './rgb-formation/ntire2020-real-world.js';
export { ntire2022, type Ntire2022Options } from './rgb-formation/ntire2022.js';
export { gmsrHarvard } from './rgb-formation/gmsr-harvard.js';
export { cie, colourMatrix, srgb, srgbEncode, type CieOptions } from './rgb-formation/cie.js';
export {
  cameraRecipe,
  whiteBalanceGains,
  withSensorNoise,
  type CameraRecipeOptions,
  type SensorNoise,
} from './rgb-formation/camera.js';
export { parseCameraCsv, type CameraCsvOptions } from './rgb-formation/camera-csv.js';
export {
  recipeSettingsOf,
  rgbRecipe,
  rgbRecipeNames,
  type RecipeInputs,
  type RecipeSettings,
  type RgbRecipeName,
} from './rgb-formation/recipes.js';

export { caveSceneNames } from './splits/cave-scene-names.js';
export {
  publishedSplit,
  publishedSplits,
  type PublishedSplit,
  type PublishedSplitName,
} from './splits/published-splits.js';
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
