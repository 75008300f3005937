import { illuminants, rgbRecipeNames, type RgbRecipeName } from '@prismamba/datasets';
import { datasetNames } from '@prismamba/datasets/node';
import { protocolNames } from '@prismamba/metrics';
import { tileBlends } from '@prismamba/trainer/internal';
import { z } from 'zod';
import { byteSizeSchema } from './byte-size.js';
import { loggingSchema, trainingSchema } from './training-schema.js';

/*
 * The keys of an experiment file. Every object is strict: a key that is not here is an error that names the nearest
 * one. `z.toJSONSchema` of it is `experiments/schema.json`, which editors use.
 */

const positive = z.number().positive();
const count = z.int().positive();
type IlluminantName = keyof typeof illuminants.columns;

const modelSchema = z.strictObject({
  /** Registry key, for instance `gmsr-net`. */
  name: z.string(),
  /** Settings of the model itself; checked against the model's own schema. */
  options: z.record(z.string(), z.unknown()).default({}),
  /** Starting weights: an official .pth or one of our .safetensors files. */
  weights: z.string().optional(),
});

/** How the files of a data set are read; a key that does not concern it is refused when the data are opened. */
export const filesSchema = z.strictObject({
  /** NTIRE 2020, with `rgb: files`: which track's images. */
  track: z.enum(['clean', 'real-world']).optional(),
  /** NTIRE: what is done with the number `norm_factor` beside each cube; the papers take cubes as stored. */
  norm_factor: z.enum(['ignore', 'multiply', 'divide']).optional(),
  /** NTIRE, with `rgb: files`: `min-max` stretches each image to [0, 1], as MST++ trains and tests on NTIRE 2022. */
  rgb_normalisation: z.enum(['none', 'min-max']).optional(),
  /** Harvard: `maximum` divides each cube by its largest value. */
  normalisation: z.enum(['none', 'maximum']).optional(),
  /** Plain folder: name of the cube in .npz, .mat and .h5 files. */
  key: z.string().optional(),
  /** Plain folder: order of the axes. */
  layout: z.enum(['hwc', 'chw']).optional(),
  /** Plain folder: nm of the bands of files that do not say; they are resampled to 400, 410, ..., 700. */
  wavelengths: z.array(positive).min(1).optional(),
  /** Plain folder: what a band outside the measured range is worth. */
  outside: z.enum(['error', 'nearest', 'zero']).optional(),
  /** Plain folder: stored value of 1.0. */
  divisor: positive.optional(),
});

const ratio = z.number().min(0);
const three = z.tuple([positive, positive, positive]);

/**
 * Settings of the RGB recipe. Each recipe takes some of them and refuses the others; for what is not given the report
 * says what is assumed.
 */
const recipeSchema = z.strictObject({
  /** `cie-1931`, `cie-1964`, `srgb`, `camera`, `photo`: light that is multiplied into a cube of reflectances. */
  illuminant: z.enum(Object.keys(illuminants.columns) as [IlluminantName, ...IlluminantName[]]).optional(),
  /** `cie-1931`, `cie-1964`, `srgb`, `camera`, `photo`: bit depth, or `none`. */
  bits: z.union([z.int().min(1).max(16), z.literal('none')]).optional(),
  /** `ntire2020-clean`: the cast to 8 bits. */
  rounding: z.enum(['truncate', 'nearest']).optional(),
  /** `camera`: gains that make a white surface neutral, grey world, none, or gains of R, G, B. */
  white_balance: z.union([z.enum(['white-point', 'grey-world', 'none']), three]).optional(),
  /** `camera`: mean of the image after exposure. */
  exposure: positive.optional(),
  /** `camera`, `photo`: photo-electrons at full scale, standard deviation of the read noise. */
  noise: z.strictObject({ electrons: positive.optional(), read_sigma: ratio.optional() }).optional(),
  /** `photo`: factor on the light; 2 is one stop brighter. The cubes are scaled along: the truth is relative radiance. */
  exposure_factor: positive.optional(),
  /** `ntire2020-real-world`, secret: photo-electrons of the mean green pixel (public sample 5000). */
  mean_green_electrons: positive.optional(),
  /** `ntire2020-real-world`, secret: standard deviation of the dark noise in electrons (public sample 100). */
  dark_noise_std: ratio.optional(),
  /** `ntire2020-real-world`, secret: 16-bit counts an electron. */
  gain: positive.optional(),
  /** `ntire2022`, secret: gains of R, G, B (public sample 2.2933984, 1, 1.62308182). */
  gains: three.optional(),
  /** `ntire2022`, secret: photo-electrons at signal 1 (public sample 750). */
  photo_electrons: positive.optional(),
  /** `photo`; `ntire2020-real-world` (public sample 80) and `ntire2022` (65), secret. */
  jpeg_quality: z.int().min(1).max(100).optional(),
});

const cacheSchema = z.strictObject({
  /** Most memory for scenes that are kept; what does not fit is read again. */
  memory: byteSizeSchema.prefault('2 GB'),
  /**
   * Folder in which decoded scenes are kept as .npy (4 bytes a value of cube and RGB), so that a patch costs a read of
   * its own bytes: for data larger than memory whose files cannot be read in parts (CAVE, Harvard, MATLAB level 5).
   */
  disk: z.string().optional(),
});

const dataSchema = z.strictObject({
  /** `synthetic`, or the kind of data set in the folder (`auto`: by the names of its files). */
  source: z.enum(['synthetic', 'auto', ...datasetNames]).default('synthetic'),
  /** Folder of a real data set; `--data DIR` and the environment variable PRISMAMBA_DATA do the same. */
  folder: z.string().optional(),
  /** JSON file of scene names, with `#subset`, or the name of a published split; `--split` does the same. */
  split: z.string().optional(),
  /** How RGB is formed from the cubes; or `files`: the data set's own RGB images (NTIRE, plain folder). */
  rgb: z
    .enum(['files', ...rgbRecipeNames] as ['files' | RgbRecipeName, ...RgbRecipeName[]])
    .default('ntire2020-clean'),
  files: filesSchema.prefault({}),
  /** Whether some scenes are looked at before a run: NaN, constants and mostly empty scenes end it, odd ranges are named. */
  check: z.enum(['quick', 'none']).default('quick'),
  /** CSV of a measured camera curve (wavelength, R, G, B), for the recipes that take one; `FILE#NAME` where it has several. */
  camera: z.string().optional(),
  /** Settings of that recipe. */
  recipe: recipeSchema.prefault({}),
  cache: cacheSchema.prefault({}),
  /**
   * Training scenes that are set apart for validation, drawn by the seed; where the split names validation scenes of its
   * own, those are taken and this must be 0.
   */
  validation: z.int().min(0).default(0),
  /** Only for synthetic scenes. */
  synthetic: z
    .strictObject({
      train: count.default(24),
      test: count.default(4),
      height: count.default(128),
      width: count.default(128),
      seed: z.int().default(0),
    })
    .prefault({}),
});

const unit = z.number().min(0).max(1);
const range = z.tuple([z.number().min(0), z.number().min(0)]);

/** RGB of each training patch formed anew, as a photo by a camera that is drawn for it; see `photoAugmentation`. */
const photoSchema = z.strictObject({
  /** CSV of measured camera curves, with a column `camera`. */
  cameras: z.string().optional(),
  /** Cameras of that file that are kept out, for instance for the test. */
  exclude: z.array(z.string()).default([]),
  /** Part of the patches that see a smooth synthetic camera. */
  synthetic_cameras: unit.default(0.5),
  illuminants: z
    .array(z.enum(Object.keys(illuminants.columns) as [IlluminantName, ...IlluminantName[]]))
    .min(1)
    .default(['D65']),
  /** Lowest and highest factor on the light; the cube is scaled along. */
  exposure: range.default([1, 1]),
  /** Photo-electrons at full scale; no photon noise unless stated. */
  electrons: range.optional(),
  /** Standard deviation of the read noise. */
  read_sigma: range.optional(),
  /** JPEG quality, and the part of the patches that are compressed. */
  jpeg_quality: range.optional(),
  jpeg_part: unit.default(1),
});

const patchesSchema = z.strictObject({
  /** Height and width in pixels; GMSR-Net 128. */
  size: count.default(128),
  /** Pixels between the corners of two patches; GMSR-Net 64. */
  stride: count.default(64),
  /** Seeded quarter turns and flips; GMSR-Net trains without. */
  augment: z.enum(['none', 'rotate-flip']).default('none'),
  /** Lowest and highest factor on the light of a patch; its RGB is formed anew by `data.rgb`. */
  exposure: range.optional(),
  /** RGB by cameras, lights and exposures that are drawn; in place of `data.rgb` and `exposure`. */
  photo: photoSchema.optional(),
});

/** How an image is predicted; the fields of `PredictionProtocol` in @prismamba/trainer. */
const predictionSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('whole') }),
  z.strictObject({
    name: z.literal('tiles'),
    size: count.default(256),
    overlap: z.int().min(0).default(32),
    blend: z.enum(tileBlends).default('linear'),
  }),
  z.strictObject({
    name: z.literal('gmsr-official'),
    patch: count.default(128),
    stages: z.enum(['tiles', 'ensemble']).default('ensemble'),
  }),
]);

const evaluationSchema = z.strictObject({
  protocols: z
    .array(z.enum(protocolNames as [string, ...string[]]))
    .min(1)
    .default(['standard']),
  /**
   * A second `standard` table without pixels whose mean true value is below this (0.05 of 1): RGB says next to
   * nothing about them, and they rule MRAE and SAM.
   */
  dark_threshold: z.number().min(0).max(1).optional(),
  prediction: predictionSchema.prefault({ name: 'whole' }),
  /** Flips and transpositions averaged in each call of the network: 1 (none), 2, 4 or 8. */
  self_ensemble: z.union([z.literal(1), z.literal(2), z.literal(4), z.literal(8)]).default(1),
});

const baselineSchema = z.strictObject({
  /** A closed-form model's registry key, or `mean-spectrum`. */
  name: z.string(),
  options: z.record(z.string(), z.unknown()).default({}),
});

const reportSchema = z.strictObject({
  /** Wavelengths (nm) of the error maps. */
  wavelengths: z.array(positive).min(1).max(8).default([450, 550, 650]),
  /** Pixels a scene whose spectra are drawn; their places follow from the seed. */
  pixels: z.int().min(1).max(12).default(4),
  /** Test scenes that are drawn; all are scored. */
  scenes: z.int().min(1).max(12).default(3),
});

export const experimentSchema = z.strictObject({
  /** Name of the run folder. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'use lower-case letters, digits and hyphens'),
  title: z.string(),
  /** What it is and what it is not. */
  about: z.string(),
  /** Where the numbers to compare with are printed. */
  paper: z.strictObject({ title: z.string(), row: z.string() }).optional(),
  /** The command that runs it. */
  command: z.string(),
  /** Time and memory on a named machine. */
  cost: z.string(),
  /** What to expect, and how it is known. */
  expected: z.string(),
  /** Every random number of the run follows from this one. */
  seed: z.int().default(0),
  backend: z.enum(['auto', 'wasm', 'cpu', 'webgpu', 'tensorflow']).default('auto'),
  /** Threads of the SIMD kernels; as many as there are cores (at most 8) unless stated. */
  threads: z.int().min(1).max(64).optional(),
  model: modelSchema,
  data: dataSchema.prefault({}),
  patches: patchesSchema.prefault({}),
  training: trainingSchema,
  logging: loggingSchema.prefault({}),
  evaluation: evaluationSchema.prefault({}),
  baselines: z.array(baselineSchema).default([]),
  report: reportSchema.prefault({}),
});

/** An experiment with every default filled in. */
export type ExperimentConfig = z.output<typeof experimentSchema>;
