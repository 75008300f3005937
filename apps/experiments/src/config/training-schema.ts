import { losses, type LossSettingKind } from '@prismamba/trainer/internal';
import { z } from 'zod';
import { durationSchema } from './duration.js';

/* The key `training` of an experiment file: everything that the trainer can do. */

const positive = z.number().positive();
const notNegative = z.number().min(0);
const count = z.int().positive();
const beta = z.number().min(0).lt(1);

const lossNames = losses.map(({ name }) => name);

const settingSchemas: Readonly<Record<LossSettingKind, z.ZodNumber | z.ZodInt>> = { positive, count };

/** The settings of all losses; `buildLoss` refuses those that a loss does not take. */
const lossSettings = Object.fromEntries(
  losses.flatMap(({ settings }) =>
    Object.entries(settings).map(([name, kind]) => [name, settingSchemas[kind].optional()]),
  ),
);

const lossTermSchema = z.strictObject({
  weight: z.number().describe('Factor of this term in the sum.'),
  ...lossSettings,
});

export type LossTerm = z.output<typeof lossTermSchema>;

const lossSchema = z.union([
  z.enum(lossNames),
  z.partialRecord(z.enum(lossNames), z.union([z.number(), lossTermSchema])),
]);

const optimizerSchema = z.strictObject({
  name: z
    .enum(['adam', 'adamw', 'sgd'])
    .default('adam')
    .describe('`adam`, `adamw` (decoupled decay) or `sgd`.'),
  betas: z
    .union([z.enum(['paper', 'code']), z.tuple([beta, beta])])
    .default('code')
    .describe('`adam`, `adamw`: `paper` (0.9, 0.99), `code` (0.9, 0.999) or two numbers.'),
  epsilon: positive.default(1e-8).describe('`adam`, `adamw`.'),
  weight_decay: notNegative
    .default(0)
    .describe('`adam`, `sgd`: added to the gradient. `adamw`: taken from the weight itself.'),
  momentum: beta.default(0.9).describe('`sgd`.'),
  nesterov: z.boolean().default(false).describe('`sgd`.'),
  exempt: z
    .enum(['nothing', 'norms'])
    .default('nothing')
    .describe('`norms`: no decay of A_log, D, norms, biases and factors of one value a channel.'),
  groups: z
    .array(
      z.strictObject({
        match: z
          .string()
          .refine(isPattern, { error: 'is no regular expression' })
          .describe('A regular expression.'),
        weight_decay: notNegative.optional().describe('In place of the weight decay of the optimizer.'),
        rate_factor: notNegative.optional().describe('Factor of the learning rate; 0 freezes the weights.'),
      }),
    )
    .default([])
    .describe('Other settings for the weights whose name (`layer/weight`) matches; the first match counts.'),
});

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

const scheduleSchema = z.strictObject({
  name: z
    .enum(['constant', 'polynomial', 'cosine', 'cosine-restarts', 'one-cycle'])
    .default('polynomial')
    .describe('How the rate changes with the step.'),
  learning_rate: positive.default(1e-4).describe('The highest rate.'),
  length: durationSchema
    .optional()
    .describe(
      '`polynomial`: the step at which the rate reaches 0; `cosine`: half its period; `cosine-restarts`: the first cycle. The whole run unless stated.',
    ),
  power: positive.default(1.5).describe('`polynomial`: its exponent.'),
  minimum: notNegative.default(0).describe('`cosine`, `cosine-restarts`: the lowest rate.'),
  factor: z
    .number()
    .min(1)
    .default(1)
    .describe('`cosine-restarts`: each cycle is this many times as long as the one before.'),
  rise: z.number().gt(0).lt(1).default(0.3).describe('`one-cycle`: part of the run in which the rate rises.'),
  warm_up: durationSchema.optional().describe('A linear rise from 0 in front of the schedule.'),
});

const validationSchema = z.strictObject({
  every: durationSchema.describe('Between two validations; the end of the run always has one.'),
  metric: z
    .string()
    .default('PSNR')
    .describe('A column of the protocol `standard` that says which weights are best.'),
  keep: count.default(1).describe('Files of weights that are kept, best first.'),
  selection: z
    .enum(['validation', 'test'])
    .optional()
    .describe(
      '`test`: the best weights are those of the test scenes, as the released GMSR-Net code chooses; every report and table says so. `validation` unless stated.',
    ),
  patience: count
    .optional()
    .describe('The run ends after this many validations in a row without a better value.'),
});

export const trainingSchema = z.strictObject({
  duration: durationSchema.describe('How long: `400 steps` or `100 epochs`.'),
  batch_size: count.default(20).describe('Patches a step.'),
  micro_batch: count
    .optional()
    .describe(
      "Patches in memory at once, for a batch that does not fit: the gradients of its parts are added. Equals the whole batch unless layers mix the patches of a batch (batch norm; GMSR-Net's official attention).",
    ),
  loss: lossSchema
    .default('l1')
    .describe(
      'One name, or names with weights: `{ l1: 1, sam: 0.1, charbonnier: { weight: 1, epsilon: 1e-4 } }`.',
    ),
  optimizer: optimizerSchema
    .prefault({})
    .describe('The name of a group in `groups/optimizer`, or the keys below.'),
  schedule: scheduleSchema
    .prefault({})
    .describe('The learning rate: the name of a group in `groups/schedule`, or the keys below.'),
  clip_norm: positive.optional().describe('Largest global norm of the gradients; no clipping unless stated.'),
  ema: z
    .strictObject({
      decay: beta.default(0.999).describe('Part of the average that stays at a step.'),
      warm_up: z
        .boolean()
        .default(true)
        .describe('A smaller decay in the first steps, min(decay, (1 + t) / (10 + t)).'),
    })
    .optional()
    .describe('Moving average of the weights; validated, scored and saved instead of the last weights.'),
  validation: validationSchema
    .optional()
    .describe(
      'Validation on scenes that are neither trained on nor tested on (`data.validation`, or those of the split).',
    ),
  use: z
    .enum(['best', 'last'])
    .optional()
    .describe(
      '`best` (needs validation) or `last`: the weights that are scored and saved; `best` where there is validation.',
    ),
  divergence_factor: z
    .number()
    .gt(1)
    .optional()
    .describe('The run stops when a loss exceeds this many times the lowest one; off unless stated.'),
  detect_anomaly: z
    .boolean()
    .default(false)
    .describe(
      'Checks every gradient and names the first layer whose output or gradient is not finite; slower.',
    ),
  checkpoint_every: durationSchema
    .optional()
    .describe('Between two checkpoints; the end of the run always has one.'),
});

export const loggingSchema = z.strictObject({
  tensorboard: z
    .boolean()
    .default(false)
    .describe('Event files in the run folder, for `tensorboard --logdir runs`.'),
  histograms_every: durationSchema
    .optional()
    .describe('With TensorBoard: between two histograms of all weights; none unless stated.'),
  mlflow: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('An MLflow tracking server, such as http://127.0.0.1:5000.'),
});

export type TrainingConfig = z.output<typeof trainingSchema>;
