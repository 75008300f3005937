import { protocolNames } from '@prismamba/metrics';
import { z } from 'zod';

/*
 * The keys of a table file, `tables/<name>.yaml`, and of a profile, `tables/profiles/<profile>.yaml`. Every object is strict.
 * `z.toJSONSchema` of the first is `tables/schema.json`, which editors use.
 */

export const profileNames = ['full', 'mini', 'smoke'] as const;
export type ProfileName = (typeof profileNames)[number];

const name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'use lower-case letters, digits and hyphens');
const protocol = z.enum(protocolNames as [string, ...string[]]);

/** Changes to an experiment by dotted key: `training.duration: 400 steps`, `model: m3sr`. */
const settingsSchema = z.record(z.string(), z.unknown());

/** Printed numbers by the name of a metric. */
const numbersSchema = z.record(z.string(), z.number());

const metricSchema = z.strictObject({
  /** Under this name the rows give printed numbers. */
  name: z.string(),
  /** Head of the column; the name unless given. */
  label: z.string().optional(),
  protocol,
  /** Column of the protocol; the name unless given. */
  column: z.string().optional(),
  /** Whether the paper prints it. */
  printed: z.boolean().default(false),
  /** Decimals in print; 4, or 2 for PSNR and SAM. */
  digits: z.int().min(0).max(8).optional(),
});

const rowSchema = z.strictObject({
  name,
  label: z.string(),
  /** What is different in this row. */
  differs: z.string(),
  /** Experiment of this row; the table's unless given. */
  experiment: z.string().optional(),
  set: settingsSchema.default({}),
  /** Changes in one profile only; they win over those of the profile. */
  profiles: z.partialRecord(z.enum(profileNames), settingsSchema).default({}),
  /** Printed numbers; by group where the table has groups. */
  paper: z.union([numbersSchema, z.record(z.string(), numbersSchema)]).optional(),
  /** What is known about the printed numbers. */
  note: z.string().optional(),
});

const tableProfileSchema = z.strictObject({
  /** Time and memory on a named machine. */
  cost: z.string(),
  /** Experiment that every row starts from in this profile, in place of its own. */
  experiment: z.string().optional(),
  set: settingsSchema.default({}),
  /** Seeds; those of the profile's own file unless given. */
  seeds: z.array(z.int()).min(1).optional(),
  /** Groups that are computed in this profile; all unless given. */
  groups: z.array(name).min(1).optional(),
  /** What only this profile's readers must know. */
  caveats: z.array(z.string()).default([]),
  /** What the kept numbers of this profile say, in plain words. */
  conclusion: z.string().optional(),
});

export const tableSchema = z.strictObject({
  title: z.string(),
  /** What is compared, and why. */
  about: z.string(),
  /** Absent for tables that no paper has. */
  paper: z
    .strictObject({
      title: z.string(),
      /** Where the numbers are printed. */
      table: z.string(),
      /** Known errors of the print. */
      misprints: z.array(z.string()).default([]),
    })
    .optional(),
  /** Experiment of the rows that name none. */
  experiment: z.string().optional(),
  /** Data sets side by side: every row is computed once in each. */
  groups: z.array(z.strictObject({ name, label: z.string(), set: settingsSchema })).default([]),
  metrics: z.array(metricSchema).min(1),
  /** Image size at which multiply-accumulates are counted. */
  complexity_at: z
    .strictObject({ height: z.int().positive(), width: z.int().positive() })
    .default({ height: 482, width: 512 }),
  rows: z.array(rowSchema).min(1),
  profiles: z.strictObject({ full: tableProfileSchema, mini: tableProfileSchema, smoke: tableProfileSchema }),
  caveats: z.array(z.string()).default([]),
});

export type TableFile = z.output<typeof tableSchema>;

/** What a profile does to every table. */
export const profileSchema = z.strictObject({
  about: z.string(),
  /** Keys that this profile fixes: an option of the command line cannot change them. */
  set: settingsSchema.default({}),
  seeds: z.array(z.int()).min(1),
  /** Protocols that take the place of others, where scenes are too small for theirs. */
  protocols: z.partialRecord(protocol, protocol).default({}),
  /** Whether its numbers may stand beside printed ones. */
  comparable: z.boolean(),
});

export type ProfileFile = z.output<typeof profileSchema>;
