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
  /** Factor of this term in the sum. */
  weight: z.number(),
  ...lossSettings,
});

export type LossTerm = z.output<typeof lossTermSchema>;

const lossSchema = z.union([
  z.enum(lossNames),
  z.partialRecord(z.enum(lossNames), z.union([z.number(), lossTermSchema])),
]);

const optimizerSchema = z.strictObject({
  name: z.enum(['adam', 'adamw', 'sgd']).default('adam'),
  /** `adam`, `adamw`: `paper` (0.9, 0.99), `code` (0.9, 0.999) or two numbers. */
  betas: z.union([z.enum(['paper', 'code']), z.tuple([beta, beta])]).default('code'),
  /** `adam`, `adamw`. */
  epsilon: positive.default(1e-8),
  /** `adam`, `sgd`: added to the gradient. `adamw`: taken from the weight itself. */
  weight_decay: notNegative.default(0),
  /** `sgd`. */
  momentum: beta.default(0.9),
  /** `sgd`. */
  nesterov: z.boolean().default(false),
  /** `norms`: no decay of A_log, D, norms, biases and factors of one value a channel. */
  exempt: z.enum(['nothing', 'norms']).default('nothing'),
  /** Other settings for the weights whose name (`layer/weight`) matches; the first match counts. */
  groups: z
    .array(
      z.strictObject({
        /** A regular expression. */
        match: z.string().refine(isPattern, { error: 'is no regular expression' }),
        weight_decay: notNegative.optional(),
        /** Factor of the learning rate; 0 freezes the weights. */
        rate_factor: notNegative.optional(),
      }),
    )
    .default([]),
});

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

const scheduleSchema = z.strictObject({
  name: z.enum(['constant', 'polynomial', 'cosine', 'cosine-restarts', 'one-cycle']).default('polynomial'),
  /** The highest rate. */
  learning_rate: positive.default(1e-4),
  /**
   * `polynomial`: the step at which the rate reaches 0; `cosine`: half its period; `cosine-restarts`: the first cycle. The
   * whole run unless stated.
   */
  length: durationSchema.optional(),
  /** `polynomial`: its exponent. */
  power: positive.default(1.5),
  /** `cosine`, `cosine-restarts`: the lowest rate. */
  minimum: notNegative.default(0),
  /** `cosine-restarts`: each cycle is this many times as long as the one before. */
  factor: z.number().min(1).default(1),
  /** `one-cycle`: part of the run in which the rate rises. */
  rise: z.number().gt(0).lt(1).default(0.3),
  /** A linear rise from 0 in front of the schedule. */
  warm_up: durationSchema.optional(),
});

const validationSchema = z.strictObject({
  /** Between two validations; the end of the run always has one. */
  every: durationSchema,
  /** A column of the protocol `standard` that says which weights are best. */
  metric: z.string().default('PSNR'),
  /** Files of weights that are kept, best first. */
  keep: count.default(1),
  /** The run ends after this many validations in a row without a better value. */
  patience: count.optional(),
});

export const trainingSchema = z.strictObject({
  duration: durationSchema,
  batch_size: count.default(20),
  /**
   * Patches in memory at once, for a batch that does not fit: the gradients of its parts are added. Equals the whole batch
   * unless layers mix the patches of a batch (batch norm; GMSR-Net's official attention).
   */
  micro_batch: count.optional(),
  /** One name, or names with weights: `{ l1: 1, sam: 0.1, charbonnier: { weight: 1, epsilon: 1e-4 } }`. */
  loss: lossSchema.default('l1'),
  optimizer: optimizerSchema.prefault({}),
  schedule: scheduleSchema.prefault({}),
  /** Largest global norm of the gradients; no clipping unless stated. */
  clip_norm: positive.optional(),
  /** Moving average of the weights; validated, scored and saved instead of the last weights. */
  ema: z.strictObject({ decay: beta.default(0.999), warm_up: z.boolean().default(true) }).optional(),
  /** Validation on scenes that are neither trained on nor tested on (`data.validation`, or those of the split). */
  validation: validationSchema.optional(),
  /** `best` (needs validation) or `last`: the weights that are scored and saved; `best` where there is validation. */
  use: z.enum(['best', 'last']).optional(),
  /** The run stops when a loss exceeds this many times the lowest one; off unless stated. */
  divergence_factor: z.number().gt(1).optional(),
  /** Checks every gradient and names the first layer whose output or gradient is not finite; slower. */
  detect_anomaly: z.boolean().default(false),
  /** Between two checkpoints; the end of the run always has one. */
  checkpoint_every: durationSchema.optional(),
});

export const loggingSchema = z.strictObject({
  /** Event files in the run folder, for `tensorboard --logdir runs`. */
  tensorboard: z.boolean().default(false),
  /** With TensorBoard: between two histograms of all weights; none unless stated. */
  histograms_every: durationSchema.optional(),
  /** An MLflow tracking server, such as http://127.0.0.1:5000. */
  mlflow: z.url({ protocol: /^https?$/ }).optional(),
});

export type TrainingConfig = z.output<typeof trainingSchema>;
