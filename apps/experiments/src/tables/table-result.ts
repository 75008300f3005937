import { z } from 'zod';

/*
 * A computed table, `table.json` in `results/<table>/<profile>/`: everything that its pages, charts and conclusions are made
 * from, so that they can be made again without the runs.
 */

const scores = z.record(z.string(), z.number());
/** By protocol, then column. */
const scoresByProtocol = z.record(z.string(), scores);

const metricSchema = z.strictObject({
  /** Key of `paper`, `mean` and `spread` of the rows, for instance `PSNR` or `standard PSNR`. */
  name: z.string(),
  /** Head of the column, with its unit. */
  label: z.string(),
  better: z.enum(['larger', 'smaller']),
  /** Decimals in print. */
  digits: z.int().min(0).max(8),
  /** Where the number stands in the scores of a run. */
  protocol: z.string(),
  column: z.string(),
  /** Whether the paper prints it (under whatever name); else it is one of our standard metrics beside it. */
  printed: z.boolean(),
});

const runSchema = z.strictObject({
  seed: z.int(),
  /** Hash of the resolved config and of the data. */
  identity: z.string(),
  /** Where the run was when the table was made; it need not exist any more. */
  folder: z.string(),
  steps: z.int(),
  /** Time of training. */
  seconds: z.number(),
  /** Which weights were scored. */
  weights: z.string(),
  /** Commit of the program that computed the run, `+changes` where files differed from it. */
  commit: z.string().nullable(),
  /** Means over the test scenes. */
  scores: scoresByProtocol,
  scenes: z.array(z.strictObject({ id: z.string(), scores: scoresByProtocol })),
  /** At most 200 points; `loss` is the mean over the steps since the last point. `validation` is the metric that chose the weights. */
  curve: z.array(
    z.strictObject({ step: z.int(), loss: z.number().optional(), validation: z.number().optional() }),
  ),
});

const rowSchema = z.strictObject({
  /** Unique within its group. */
  name: z.string(),
  label: z.string(),
  /** Key of `groups` (a data set), where the table has several. */
  group: z.string().optional(),
  /** What is different in this row, in words. */
  differs: z.string(),
  /** Name of the experiment and what the profile changed, as `--set` takes it. */
  experiment: z.string(),
  settings: z.array(z.string()),
  /** Every learnt value; null for a row without a finished run. */
  parameters: z.number().nullable(),
  /** Honest multiply-accumulates, 10^9, at `complexityAt`; null where they were not counted. */
  gmacs: z.number().nullable(),
  /** Printed numbers by metric name. */
  paper: scores.optional(),
  /** What is known about the printed numbers, such as a misprint. */
  paperNote: z.string().optional(),
  /** Whether printed numbers and ours may stand side by side: same data, split, protocol and length of training. */
  comparable: z.boolean(),
  runs: z.array(runSchema),
  /** Mean over the seeds, by metric name; empty without a finished run. */
  mean: scores,
  /** Sample standard deviation over the seeds; empty for fewer than two. */
  spread: scores,
  /** Seeds that have no finished run, and why. */
  missing: z.array(z.strictObject({ seed: z.int(), reason: z.string() })),
});

export const tableResultSchema = z.strictObject({
  format: z.literal('prismamba table 1'),
  table: z.string(),
  title: z.string(),
  about: z.string(),
  /** Absent for tables that no paper has. */
  paper: z.strictObject({ title: z.string(), table: z.string(), misprints: z.array(z.string()) }).optional(),
  profile: z.enum(['full', 'mini', 'smoke']),
  /** The command that makes it. */
  command: z.string(),
  caveats: z.array(z.string()),
  data: z.array(
    z.strictObject({
      /** Key of `groups`, where the table has several. */
      group: z.string().optional(),
      description: z.string(),
      synthetic: z.boolean(),
      rgb: z.string(),
      split: z.strictObject({
        name: z.string(),
        train: z.array(z.string()),
        validation: z.array(z.string()),
        test: z.array(z.string()),
      }),
      /** SHA-256 over names, sizes and checksums of the files; null for synthetic scenes. */
      checksum: z.string().nullable(),
    }),
  ),
  /** How images are predicted, and the protocols in words. */
  protocol: z.strictObject({
    prediction: z.string(),
    metrics: z.array(z.strictObject({ name: z.string(), title: z.string(), notes: z.array(z.string()) })),
  }),
  /** Commit of the program that wrote the table. */
  commit: z.string().nullable(),
  seeds: z.array(z.int()).min(1),
  groups: z.array(z.strictObject({ name: z.string(), label: z.string() })),
  complexityAt: z.strictObject({ height: z.int(), width: z.int() }),
  metrics: z.array(metricSchema).min(1),
  rows: z.array(rowSchema).min(1),
  /** Whether every run of it is there. */
  complete: z.boolean(),
  /** In plain words; absent where nobody has written one for these numbers. */
  conclusion: z.string().optional(),
});

export type TableResult = z.infer<typeof tableResultSchema>;
export type TableRow = TableResult['rows'][number];
export type TableRun = TableRow['runs'][number];
export type TableMetric = TableResult['metrics'][number];
