export { DatasetError } from './dataset-error.js';
export { combineSources, type SourcePart } from './combine-sources.js';
export { type Region, type Scene, type SceneHandle, type SceneSource } from './scene.js';

export { sampleTable, standardWavelengths, type SpectralTable } from './spectra/spectral-table.js';
export { illuminants } from './spectra/illuminants.js';
export { colorChecker } from './spectra/color-checker.js';
export { nikonD5100 } from './spectra/cameras.js';

export {
  syntheticScenes,
  type SyntheticSceneSource,
  type SyntheticScenesOptions,
} from './synthetic-scenes/synthetic-scenes.js';

export { linearToSrgb, srgbToLinear } from './photo/srgb.js';
export { formRgb, type FormRgbOptions } from './rgb-formation/form-rgb.js';
export { type JpegRoundTrip, type RgbRecipe, type RgbStep } from './rgb-formation/rgb-step.js';
export { cameraSensitivities, type Sensitivities } from './rgb-formation/sensitivities.js';
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
export { demosaicEdgeAware, mosaicRggb } from './rgb-formation/bayer.js';
export { jpegCompression } from './rgb-formation/jpeg.js';
export { cameraRecipe, type CameraRecipeOptions } from './rgb-formation/camera.js';
export { parseCameraCsv, parseCameraList, type CameraCsvOptions } from './rgb-formation/camera-csv.js';
export {
  recipeSettingsOf,
  rgbRecipe,
  rgbRecipeNames,
  type RecipeSettings,
  type RgbRecipeName,
} from './rgb-formation/recipes.js';

export { quickCheck } from './inspect/quick-check.js';

export { publishedSplit, publishedSplits, type PublishedSplit } from './splits/published-splits.js';
export { checkSplit, parseSplit, type Split } from './splits/split.js';

export { paperPatches, type PaperPatchesName } from './patches/paper-patches.js';
export { scenePatches, type ScenePatches, type ScenePatchesOptions } from './patches/scene-patches.js';
export { exposureAugmentation } from './patches/exposure-augmentation.js';
export {
  photoAugmentation,
  type PatchPhoto,
  type PhotoAugmentationOptions,
} from './patches/photo-augmentation.js';
export {
  patchBatches,
  type PatchBatch,
  type PatchBatches,
  type PatchBatchesOptions,
} from './patches/patch-batches.js';
export { areWavelengths, chooseCube, storedWavelengths, type StoredShapes } from './stored-cube.js';
