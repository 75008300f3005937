import type { OpenDatasetOptions } from '@prismamba/datasets/node';
import { Option } from 'commander';
import { collect } from '../commands/options.js';
import { usageError } from '../user-error.js';
import { filesSchema } from './data-schema.js';
import { explainIssue, firstIssue, valueAt } from './explain-issue.js';
import { fileOptions } from './file-options.js';
import { applyOverride, parseOverride } from './overrides.js';

/** `--set` of commands that read files of others. */
export const readingOption = () =>
  new Option(
    '--set <key=value>',
    'how the files are read, as data.files of an experiment: track=real-world, key=cube, layout=chw, divisor=10000, ...; repeatable',
  )
    .argParser(collect)
    .default([], 'none');

/** Its values as options of the loaders. */
export function readingOptions(set: readonly string[]): OpenDatasetOptions {
  const values = set.map(parseOverride).reduce<unknown>((root, one) => applyOverride(root, one), {});
  const result = filesSchema.safeParse(values);
  if (result.success) return fileOptions(result.data);
  const issue = firstIssue(result.error);
  const { path, problem } = explainIssue(issue, filesSchema, valueAt(values, issue.path));
  throw usageError(`--set ${path.join('.')}: ${problem}`);
}
