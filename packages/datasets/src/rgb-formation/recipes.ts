import { DatasetError, unknownNameMessage } from '../dataset-error.js';
import { cameraRecipe, type CameraRecipeOptions } from './camera.js';
import { cie, srgb, type CieOptions } from './cie.js';
import { gmsrHarvard } from './gmsr-harvard.js';
import { ntire2020Clean } from './ntire2020-clean.js';
import { ntire2020RealWorld, type Ntire2020RealWorldOptions } from './ntire2020-real-world.js';
import { ntire2022, type Ntire2022Options } from './ntire2022.js';
import { photoRecipe, type PhotoRecipeOptions } from './photo.js';
import type { RgbRecipe } from './rgb-step.js';
import type { SensitivityModel } from './sensitivities.js';

/** Every setting of the named recipes as plain data; {@link recipeSettingsOf} says which recipe takes which. */
export type RecipeSettings = Omit<
  CieOptions & CameraRecipeOptions & PhotoRecipeOptions & Ntire2020RealWorldOptions & Ntire2022Options,
  'camera'
> & { readonly rounding?: 'truncate' | 'nearest' };

/** What a named recipe can be given. */
export type RecipeInputs = Partial<RecipeSettings> & { readonly camera?: SensitivityModel };

function needCamera(name: string, { camera }: RecipeInputs): SensitivityModel {
  if (camera === undefined) {
    throw new DatasetError(
      `rgbRecipe: '${name}' needs a measured camera curve; name its CSV file of wavelength, R, G, B (data.camera=FILE in an experiment, the input 'camera' in code)`,
    );
  }
  return camera;
}

interface Maker {
  /** Keys of the inputs that it takes. */
  readonly takes: readonly (keyof RecipeInputs)[];
  make(inputs: RecipeInputs): RgbRecipe;
}

const light = ['illuminant', 'bits'] as const;

const makers = {
  'ntire2020-clean': { takes: ['rounding'], make: ntire2020Clean },
  'ntire2020-real-world': {
    takes: ['camera', 'meanGreenElectrons', 'darkNoiseStd', 'gain', 'jpegQuality'],
    make: ntire2020RealWorld,
  },
  ntire2022: { takes: ['camera', 'gains', 'photoElectrons', 'jpegQuality'], make: ntire2022 },
  'gmsr-harvard': { takes: ['camera'], make: (inputs) => gmsrHarvard(needCamera('gmsr-harvard', inputs)) },
  'cie-1931': { takes: light, make: (inputs) => cie('1931', inputs) },
  'cie-1964': { takes: light, make: (inputs) => cie('1964', inputs) },
  srgb: { takes: light, make: srgb },
  photo: {
    takes: ['camera', ...light, 'exposureFactor', 'noise', 'jpegQuality'],
    make: (inputs) => photoRecipe({ ...inputs, camera: needCamera('photo', inputs) }),
  },
  camera: {
    takes: ['camera', ...light, 'whiteBalance', 'exposure', 'noise'],
    make: (inputs) => cameraRecipe({ ...inputs, camera: needCamera('camera', inputs) }),
  },
} as const satisfies Readonly<Record<string, Maker>>;

export type RgbRecipeName = keyof typeof makers;

/** Names of the recipes, for configs and messages. */
export const rgbRecipeNames = Object.keys(makers) as readonly RgbRecipeName[];

/** What a recipe can be given: keys of {@link RecipeInputs}. */
export function recipeSettingsOf(name: RgbRecipeName): readonly (keyof RecipeInputs)[] {
  return makers[name].takes;
}

/**
 * A recipe by name. Inputs that are not given have the recipe's defaults; where those stand for something secret or
 * unpublished, `assumptions` says so.
 *
 * @throws DatasetError with the nearest name for an unknown recipe, and for an input that the recipe does not take
 */
export function rgbRecipe(name: string, inputs: RecipeInputs = {}): RgbRecipe {
  if (!Object.hasOwn(makers, name)) {
    throw new DatasetError(`rgbRecipe: ${unknownNameMessage('recipe', name, rgbRecipeNames)}`);
  }
  const maker: Maker = makers[name as RgbRecipeName];
  const given = Object.entries(inputs).filter(([, value]) => value !== undefined);
  for (const [key] of given) {
    if (!(maker.takes as readonly string[]).includes(key)) {
      throw new DatasetError(`rgbRecipe: '${name}' takes no '${key}', but ${maker.takes.join(', ')}`);
    }
  }
  return maker.make(Object.fromEntries(given));
}
