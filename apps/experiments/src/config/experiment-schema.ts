import { illuminants } from '@prismamba/datasets';
import { protocolNames } from '@prismamba/metrics';
import { tileBlends } from '@prismamba/trainer/internal';
import { z } from 'zod';
import { backendChoices } from '@prismamba/backend';
import { engineChoices } from '../engine/engine-choice.js';
import { dataSchema } from './data-schema.js';
import { resourcesSchema } from './resources-schema.js';
import { loggingSchema, trainingSchema } from './training-schema.js';

/*
 * The keys of an experiment file. Every object is strict: a key that is not here is an error that names the nearest
 * one. `z.toJSONSchema` of it is `experiments/schema.json`, which editors use.
 */

const positive = z.number().positive();
const count = z.int().positive();
type IlluminantName = keyof typeof illuminants.columns;

const modelSchema = z.strictObject({
  name: z.string().describe('Registry key, for instance `gmsr-net`.'),
  options: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("Settings of the model itself; checked against the model's own schema."),
  weights: z
    .string()
    .optional()
    .describe('Starting weights: an official .pth or one of our .safetensors files.'),
});

const unit = z.number().min(0).max(1);
const range = z.tuple([z.number().min(0), z.number().min(0)]);

/** RGB of each training patch formed anew, as a photo by a camera that is drawn for it; see `photoAugmentation`. */
const photoSchema = z.strictObject({
  cameras: z.string().optional().describe('CSV of measured camera curves, with a column `camera`.'),
  exclude: z
    .array(z.string())
    .default([])
    .describe('Cameras of that file that are kept out, for instance for the test.'),
  synthetic_cameras: unit.default(0.5).describe('Part of the patches that see a smooth synthetic camera.'),
  illuminants: z
    .array(z.enum(Object.keys(illuminants.columns) as [IlluminantName, ...IlluminantName[]]))
    .min(1)
    .default(['D65'])
    .describe('Lights of which one is drawn for a patch.'),
  exposure: range
    .default([1, 1])
    .describe('Lowest and highest factor on the light; the cube is scaled along.'),
  electrons: range.optional().describe('Photo-electrons at full scale; no photon noise unless stated.'),
  read_sigma: range.optional().describe('Standard deviation of the read noise.'),
  jpeg_quality: range.optional().describe('JPEG quality, and the part of the patches that are compressed.'),
  jpeg_part: unit.default(1).describe('Part of the patches that are compressed.'),
});

const patchesSchema = z.strictObject({
  size: count.default(128).describe('Height and width in pixels; GMSR-Net 128.'),
  stride: count.default(64).describe('Pixels between the corners of two patches; GMSR-Net 64.'),
  augment: z
    .enum(['none', 'rotate-flip'])
    .default('none')
    .describe('Seeded quarter turns and flips; GMSR-Net trains without.'),
  exposure: range
    .optional()
    .describe('Lowest and highest factor on the light of a patch; its RGB is formed anew by `data.rgb`.'),
  photo: photoSchema
    .optional()
    .describe('RGB by cameras, lights and exposures that are drawn; in place of `data.rgb` and `exposure`.'),
});

/** How an image is predicted; the fields of `PredictionProtocol` in @prismamba/trainer. */
const predictionSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z
      .literal('whole')
      .describe('`whole`: in one piece; `tiles`; `gmsr-official`: the tiling of its test script.'),
  }),
  z.strictObject({
    name: z
      .literal('tiles')
      .describe('`whole`: in one piece; `tiles`; `gmsr-official`: the tiling of its test script.'),
    size: count.default(256).describe('`tiles`: side of a tile in pixels.'),
    overlap: z.int().min(0).default(32).describe('`tiles`: pixels that neighbours share.'),
    blend: z.enum(tileBlends).default('linear').describe('`tiles`: how shared pixels are weighted.'),
  }),
  z.strictObject({
    name: z
      .literal('gmsr-official')
      .describe('`whole`: in one piece; `tiles`; `gmsr-official`: the tiling of its test script.'),
    patch: count.default(128).describe('`gmsr-official`: side of a tile.'),
    stages: z
      .enum(['tiles', 'ensemble'])
      .default('ensemble')
      .describe('`gmsr-official`: tiles only, or with its shifted and flipped passes.'),
  }),
]);

const evaluationSchema = z.strictObject({
  protocols: z
    .array(z.enum(protocolNames as [string, ...string[]]))
    .min(1)
    .default(['standard'])
    .describe('Metric protocols, each a table of its own.'),
  dark_threshold: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      'A second `standard` table without pixels whose mean true value is below this (0.05 of 1): RGB says next to nothing about them, and they rule MRAE and SAM.',
    ),
  prediction: predictionSchema
    .prefault({ name: 'whole' })
    .describe('How an image is predicted: whole, in tiles, or as GMSR-Net tests.'),
  self_ensemble: z
    .union([z.literal(1), z.literal(2), z.literal(4), z.literal(8)])
    .default(1)
    .describe('Flips and transpositions averaged in each call of the network: 1 (none), 2, 4 or 8.'),
  // Without defaults, so that what a run is (its identity) stays as it was before there were engines.
  engine: z
    .enum(engineChoices)
    .optional()
    .describe(
      'What computes the network on test scenes: `tfjs` (unless stated), `onnxruntime`, or `auto`, the faster of the two. Training and its validation are always `tfjs`.',
    ),
  provider: z
    .string()
    .optional()
    .describe('What onnxruntime computes on: `cpu` unless stated, or `cuda`, `webgpu`, ...'),
});

const baselineSchema = z.strictObject({
  name: z.string().describe("A closed-form model's registry key, or `mean-spectrum`."),
  options: z.record(z.string(), z.unknown()).default({}).describe('Settings of the model.'),
});

const reportSchema = z.strictObject({
  wavelengths: z
    .array(positive)
    .min(1)
    .max(8)
    .default([450, 550, 650])
    .describe('Wavelengths (nm) of the error maps.'),
  pixels: z
    .int()
    .min(1)
    .max(12)
    .default(4)
    .describe('Pixels a scene whose spectra are drawn; their places follow from the seed.'),
  scenes: z.int().min(1).max(12).default(3).describe('Test scenes that are drawn; all are scored.'),
  html: z
    .boolean()
    .default(true)
    .describe(
      'Whether `report.html` and its charts are written at the end; `prismamba report RUN` writes them later.',
    ),
});

export const experimentSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'use lower-case letters, digits and hyphens')
    .describe('Name of the run folder.'),
  title: z.string().describe('Head of the report.'),
  about: z.string().describe('What it is and what it is not.'),
  paper: z
    .strictObject({
      title: z.string().describe('The paper.'),
      row: z.string().describe('Table and row in it.'),
    })
    .optional()
    .describe('Where the numbers to compare with are printed.'),
  command: z.string().describe('The command that runs it.'),
  cost: z.string().describe('Time and memory on a named machine.'),
  expected: z.string().describe('What to expect, and how it is known.'),
  seed: z.int().default(0).describe('Every random number of the run follows from this one.'),
  backend: z
    .enum(backendChoices)
    .default('auto')
    .describe(
      'What computes; `auto` takes what PRISMAMBA_BACKEND names, else the best that this machine has.',
    ),
  threads: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('Threads of the SIMD kernels; as many as there are cores (at most 8) unless stated.'),
  resources: resourcesSchema.prefault({}).describe('What `sweep` and `reproduce` give a run.'),
  model: modelSchema.describe('The network: its name, or the keys below.'),
  data: dataSchema.prefault({}).describe('Scenes: the name of a group in `groups/data`, or the keys below.'),
  patches: patchesSchema.prefault({}).describe('Training patches: the name of a group, or the keys below.'),
  training: trainingSchema.describe('How it is trained: the name of a group, or the keys below.'),
  logging: loggingSchema.prefault({}).describe('Logs besides `log.jsonl`.'),
  evaluation: evaluationSchema
    .prefault({})
    .describe('How test scenes are predicted and scored: the name of a group, or the keys below.'),
  baselines: z
    .array(baselineSchema)
    .default([])
    .describe('Models that are solved in closed form on the same scenes and scored beside it.'),
  report: reportSchema.prefault({}).describe('What the report draws.'),
});

/** An experiment with every default filled in. */
export type ExperimentConfig = z.output<typeof experimentSchema>;
