import { z } from 'zod';
import { byteSizeSchema } from './byte-size.js';
import { timeSpanSchema } from './time-span.js';

/** What a run may take; it decides no number. */
export const resourcesSchema = z.strictObject({
  cpus: z.int().min(1).max(64).optional().describe('Cores; also the threads, where `threads` says none.'),
  memory: byteSizeSchema
    .optional()
    .describe('Memory: that Slurm gives, and that `--launcher local` keeps free before it starts the run.'),
  time: timeSpanSchema
    .optional()
    .describe('Slurm: limit of one job; a run that is longer goes on in the next.'),
  notice: timeSpanSchema
    .prefault('2 minutes')
    .describe(
      'Slurm: how long before the limit a checkpoint is kept; longer than one step and one validation.',
    ),
  partition: z.string().min(1).optional().describe('Slurm: partition.'),
  extra: z
    .array(
      z.string().regex(/^--[a-z][a-z-]*(=[^\n]*)?$/, "wanted one option of sbatch such as '--account=lab'"),
    )
    .default([])
    .describe('Slurm: further options of `sbatch`, such as `--account=lab`.'),
});

export type Resources = z.output<typeof resourcesSchema>;
