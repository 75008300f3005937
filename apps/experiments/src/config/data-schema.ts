import { illuminants, rgbRecipeNames, type RgbRecipeName } from '@prismamba/datasets';
import { datasetNames } from '@prismamba/datasets/node';
import { z } from 'zod';
import { byteSizeSchema } from './byte-size.js';

/* The key `data` of an experiment file: which scenes, how they are read, and how RGB is formed from them. */

const positive = z.number().positive();
const count = z.int().positive();
type IlluminantName = keyof typeof illuminants.columns;

/** How the files of a data set are read; a key that does not concern it is refused when the data are opened. */
export const filesSchema = z.strictObject({
  track: z
    .enum(['clean', 'real-world'])
    .optional()
    .describe("NTIRE 2020, with `rgb: files`: which track's images."),
  norm_factor: z
    .enum(['ignore', 'multiply', 'divide'])
    .optional()
    .describe(
      'NTIRE: what is done with the number `norm_factor` beside each cube; the papers take cubes as stored.',
    ),
  rgb_normalisation: z
    .enum(['none', 'min-max'])
    .optional()
    .describe(
      'NTIRE, with `rgb: files`: `min-max` stretches each image to [0, 1], as MST++ trains and tests on NTIRE 2022.',
    ),
  normalisation: z
    .enum(['none', 'maximum'])
    .optional()
    .describe('Harvard: `maximum` divides each cube by its largest value.'),
  key: z.string().optional().describe('Plain folder: name of the cube in .npz, .mat and .h5 files.'),
  layout: z.enum(['hwc', 'chw']).optional().describe('Plain folder: order of the axes.'),
  wavelengths: z
    .array(positive)
    .min(1)
    .optional()
    .describe('Plain folder: nm of the bands of files that do not say.'),
  resample_to: z
    .union([z.enum(['standard', 'none']), z.array(positive).min(1)])
    .optional()
    .describe(
      'Plain folder: bands of the scenes. `standard` (default): 400, 410, ..., 700 nm, to which other bands are resampled; `none`: those of the files; or a list in nm. Their number is `model.options.bands`.',
    ),
  outside: z
    .enum(['error', 'nearest', 'zero'])
    .optional()
    .describe('Plain folder: what a band outside the measured range is worth.'),
  divisor: positive.optional().describe('Plain folder: stored value of 1.0.'),
});

const ratio = z.number().min(0);
const three = z.tuple([positive, positive, positive]);

/**
 * Settings of the RGB recipe. Each recipe takes some of them and refuses the others; for what is not given the report
 * says what is assumed.
 */
const recipeSchema = z.strictObject({
  illuminant: z
    .enum(Object.keys(illuminants.columns) as [IlluminantName, ...IlluminantName[]])
    .optional()
    .describe(
      '`cie-1931`, `cie-1964`, `srgb`, `camera`, `photo`: light that is multiplied into a cube of reflectances.',
    ),
  bits: z
    .union([z.int().min(1).max(16), z.literal('none')])
    .optional()
    .describe('`cie-1931`, `cie-1964`, `srgb`, `camera`, `photo`: bit depth, or `none`.'),
  rounding: z.enum(['truncate', 'nearest']).optional().describe('`ntire2020-clean`: the cast to 8 bits.'),
  white_balance: z
    .union([z.enum(['white-point', 'grey-world', 'none']), three])
    .optional()
    .describe('`camera`: gains that make a white surface neutral, grey world, none, or gains of R, G, B.'),
  exposure: positive.optional().describe('`camera`: mean of the image after exposure.'),
  noise: z
    .strictObject({
      electrons: positive.optional().describe('Photo-electrons at full scale.'),
      read_sigma: ratio.optional().describe('Standard deviation of the read noise.'),
    })
    .optional()
    .describe('`camera`, `photo`: photo-electrons at full scale, standard deviation of the read noise.'),
  exposure_factor: positive
    .optional()
    .describe(
      '`photo`: factor on the light; 2 is one stop brighter. The cubes are scaled along: the truth is relative radiance.',
    ),
  mean_green_electrons: positive
    .optional()
    .describe(
      '`ntire2020-real-world`, secret: photo-electrons of the mean green pixel (public sample 5000).',
    ),
  dark_noise_std: ratio
    .optional()
    .describe(
      '`ntire2020-real-world`, secret: standard deviation of the dark noise in electrons (public sample 100).',
    ),
  gain: positive.optional().describe('`ntire2020-real-world`, secret: 16-bit counts an electron.'),
  gains: three
    .optional()
    .describe('`ntire2022`, secret: gains of R, G, B (public sample 2.2933984, 1, 1.62308182).'),
  photo_electrons: positive
    .optional()
    .describe('`ntire2022`, secret: photo-electrons at signal 1 (public sample 750).'),
  jpeg_quality: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('`photo`; `ntire2020-real-world` (public sample 80) and `ntire2022` (65), secret.'),
});

const cacheSchema = z.strictObject({
  memory: byteSizeSchema
    .prefault('2 GB')
    .describe('Most memory for scenes that are kept; what does not fit is read again.'),
  disk: z
    .string()
    .optional()
    .describe(
      'Folder in which decoded scenes are kept as .npy (4 bytes a value of cube and RGB), so that a patch costs a read of its own bytes: for data larger than memory whose files cannot be read in parts (CAVE, Harvard, MATLAB level 5).',
    ),
});

const sourceSchema = z
  .enum(['synthetic', 'auto', ...datasetNames])
  .describe('`synthetic`, or the kind of data set in the folder (`auto`: by the names of its files).');

/** A scene of this size takes 2 GB; a slip of the finger should be told, not computed. */
const LARGEST_SIDE = 4096;
const MOST_SCENES = 100_000;

const syntheticSchema = z
  .strictObject({
    train: count.max(MOST_SCENES).default(24).describe('Scenes for training.'),
    test: count.max(MOST_SCENES).default(4).describe('Scenes for the test.'),
    height: count.max(LARGEST_SIDE).default(128).describe('Rows of a scene.'),
    width: count.max(LARGEST_SIDE).default(128).describe('Columns of a scene.'),
    seed: z.int().default(0).describe('The scenes follow from it, apart from the seed of the run.'),
  })
  .prefault({})
  .describe('Only for synthetic scenes.');

/** A further data set whose training scenes are trained on. */
const trainOnSchema = z.strictObject({
  source: sourceSchema,
  folder: z.string().optional().describe('Folder of a real data set.'),
  split: z.string().optional().describe('As `data.split`; only its training scenes are taken.'),
  files: filesSchema.prefault({}).describe('As `data.files`.'),
  synthetic: syntheticSchema,
});

export const dataSchema = z.strictObject({
  source: sourceSchema.default('synthetic'),
  folder: z
    .string()
    .optional()
    .describe(
      'Folder of a real data set; `--data DIR` and the environment variable PRISMAMBA_DATA do the same.',
    ),
  split: z
    .string()
    .optional()
    .describe(
      'JSON file of scene names, with `#subset`, or the name of a published split; `--split` does the same.',
    ),
  rgb: z
    .enum(['files', ...rgbRecipeNames] as ['files' | RgbRecipeName, ...RgbRecipeName[]])
    .default('ntire2020-clean')
    .describe(
      "How RGB is formed from the cubes; or `files`: the data set's own RGB images (NTIRE, plain folder).",
    ),
  files: filesSchema.prefault({}).describe('How the files of the data set are read.'),
  check: z
    .enum(['quick', 'none'])
    .default('quick')
    .describe(
      'Whether some scenes are looked at before a run: NaN, constants and mostly empty scenes end it, odd ranges are named.',
    ),
  camera: z
    .string()
    .optional()
    .describe(
      'CSV of a measured camera curve (wavelength, R, G, B), for the recipes that take one; `FILE#NAME` where it has several.',
    ),
  recipe: recipeSchema.prefault({}).describe('Settings of that recipe.'),
  cache: cacheSchema.prefault({}).describe('Where decoded scenes are kept.'),
  validation: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'Training scenes that are set apart for validation, drawn by the seed; where the split names validation scenes of its own, those are taken and this must be 0.',
    ),
  synthetic: syntheticSchema,
  train_on: z
    .array(z.union([z.literal('own'), trainOnSchema]))
    .min(1)
    .optional()
    .describe(
      'Training scenes of several data sets, or of another one than the test scenes: a list of `own` (the training scenes of this data set) and of further data sets, whose RGB is formed by the same recipe. Only `own` unless stated. Scenes for `validation` are set apart from `own` where it is in the list.',
    ),
});
