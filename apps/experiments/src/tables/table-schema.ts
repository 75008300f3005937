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
  name: z.string().describe('Under this name the rows give printed numbers.'),
  label: z.string().optional().describe('Head of the column; the name unless given.'),
  protocol: protocol.describe('Metric protocol that computes it.'),
  column: z.string().optional().describe('Column of the protocol; the name unless given.'),
  printed: z.boolean().default(false).describe('Whether the paper prints it.'),
  digits: z.int().min(0).max(8).optional().describe('Decimals in print; 4, or 2 for PSNR and SAM.'),
});

const rowSchema = z.strictObject({
  name: name.describe('Short name, unique in the table.'),
  label: z.string().describe('Name in print.'),
  differs: z.string().describe('What is different in this row.'),
  experiment: z.string().optional().describe("Experiment of this row; the table's unless given."),
  set: settingsSchema.default({}).describe('Changes to the experiment in every profile.'),
  profiles: z
    .partialRecord(z.enum(profileNames), settingsSchema)
    .default({})
    .describe('Changes in one profile only; they win over those of the profile.'),
  paper: z
    .union([numbersSchema, z.record(z.string(), numbersSchema)])
    .optional()
    .describe('Printed numbers; by group where the table has groups.'),
  note: z.string().optional().describe('What is known about the printed numbers.'),
});

const tableProfileSchema = z.strictObject({
  cost: z.string().describe('Time and memory on a named machine.'),
  experiment: z
    .string()
    .optional()
    .describe('Experiment that every row starts from in this profile, in place of its own.'),
  set: settingsSchema
    .default({})
    .describe('Changes in this profile; an option of the command line cannot change them.'),
  seeds: z.array(z.int()).min(1).optional().describe("Seeds; those of the profile's own file unless given."),
  groups: z
    .array(name)
    .min(1)
    .optional()
    .describe('Groups that are computed in this profile; all unless given.'),
  rows: z.array(name).min(1).optional().describe('Rows that are computed in this profile; all unless given.'),
  caveats: z.array(z.string()).default([]).describe("What only this profile's readers must know."),
  conclusion: z.string().optional().describe('What the kept numbers of this profile say, in plain words.'),
});

export const tableSchema = z.strictObject({
  title: z.string().describe('Head of the table.'),
  about: z.string().describe('What is compared, and why.'),
  paper: z
    .strictObject({
      title: z.string().describe('The paper.'),
      table: z.string().describe('Where the numbers are printed.'),
      misprints: z.array(z.string()).default([]).describe('Known errors of the print.'),
    })
    .optional()
    .describe('Absent for tables that no paper has.'),
  experiment: z.string().optional().describe('Experiment of the rows that name none.'),
  groups: z
    .array(
      z.strictObject({
        name: name.describe('Short name, for options such as `--data cave=DIR`.'),
        label: z.string().describe('Name in print.'),
        set: settingsSchema.describe('Changes that make an experiment one of this data set.'),
      }),
    )
    .default([])
    .describe('Data sets side by side: every row is computed once in each.'),
  metrics: z.array(metricSchema).min(1).describe('Columns.'),
  complexity_at: z
    .strictObject({
      height: z.int().positive().describe('Rows.'),
      width: z.int().positive().describe('Columns.'),
    })
    .default({ height: 482, width: 512 })
    .describe('Image size at which multiply-accumulates are counted.'),
  rows: z.array(rowSchema).min(1).describe('Rows, in the order of the paper.'),
  profiles: z
    .strictObject({
      full: tableProfileSchema.describe("The paper's protocol on the full data."),
      mini: tableProfileSchema.describe('Real scenes at small scale.'),
      smoke: tableProfileSchema.describe('Synthetic scenes, a few steps.'),
    })
    .describe('Scales at which the table can be made.'),
  caveats: z.array(z.string()).default([]).describe('What must be read with the numbers.'),
});

export type TableFile = z.output<typeof tableSchema>;

/** What a profile does to every table. */
export const profileSchema = z.strictObject({
  about: z.string(),
  set: settingsSchema
    .default({})
    .describe('Keys that this profile fixes: an option of the command line cannot change them.'),
  seeds: z.array(z.int()).min(1),
  protocols: z
    .partialRecord(protocol, protocol)
    .default({})
    .describe('Protocols that take the place of others, where scenes are too small for theirs.'),
  comparable: z.boolean().describe('Whether its numbers may stand beside printed ones.'),
});

export type ProfileFile = z.output<typeof profileSchema>;
