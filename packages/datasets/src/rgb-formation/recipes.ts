import { DatasetError, unknownNameMessage } from '../dataset-error.js';
import { cameraRecipe } from './camera.js';
import { cie, srgb } from './cie.js';
import { gmsrHarvard } from './gmsr-harvard.js';
import { ntire2020Clean } from './ntire2020-clean.js';
import { ntire2020RealWorld } from './ntire2020-real-world.js';
import { ntire2022 } from './ntire2022.js';
import type { RgbRecipe } from './rgb-step.js';
import type { Illuminant, SensitivityModel } from './sensitivities.js';

/** What a named recipe can be given; each recipe takes what concerns it. */
export interface RecipeInputs {
  readonly camera?: SensitivityModel;
  readonly illuminant?: Illuminant;
}

function needCamera(name: string, { camera }: RecipeInputs): SensitivityModel {
  if (camera === undefined) {
    throw new DatasetError(
      `rgbRecipe: '${name}' needs a camera; give a measured curve, e.g. cameraSensitivities(parseCameraCsv(text, { name }))`,
    );
  }
  return camera;
}

const withCamera = ({ camera }: RecipeInputs) => (camera === undefined ? {} : { camera });
const withLight = ({ illuminant }: RecipeInputs) => (illuminant === undefined ? {} : { illuminant });

const makers = {
  'ntire2020-clean': () => ntire2020Clean(),
  'ntire2020-real-world': (inputs: RecipeInputs) => ntire2020RealWorld(withCamera(inputs)),
  ntire2022: (inputs: RecipeInputs) => ntire2022(withCamera(inputs)),
  'gmsr-harvard': (inputs: RecipeInputs) => gmsrHarvard(needCamera('gmsr-harvard', inputs)),
  'cie-1931': (inputs: RecipeInputs) => cie('1931', withLight(inputs)),
  'cie-1964': (inputs: RecipeInputs) => cie('1964', withLight(inputs)),
  srgb: (inputs: RecipeInputs) => srgb(withLight(inputs)),
  camera: (inputs: RecipeInputs) =>
    cameraRecipe({ camera: needCamera('camera', inputs), ...withLight(inputs) }),
} as const;

export type RgbRecipeName = keyof typeof makers;

/** Names of the recipes, for configs and messages. */
export const rgbRecipeNames = Object.keys(makers) as readonly RgbRecipeName[];

/** A recipe by name with its defaults. @throws DatasetError with the nearest name for an unknown one */
export function rgbRecipe(name: string, inputs: RecipeInputs = {}): RgbRecipe {
  if (!Object.hasOwn(makers, name)) {
    throw new DatasetError(`rgbRecipe: ${unknownNameMessage('recipe', name, rgbRecipeNames)}`);
  }
  return makers[name as RgbRecipeName](inputs);
}
