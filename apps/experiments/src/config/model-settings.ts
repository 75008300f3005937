import type { ModelDefinition } from '@prismamba/models';
import { UserError } from '../user-error.js';
import { explainIssue, firstIssue, valueAt } from './explain-issue.js';
import { applyOverride, parseOverride } from './overrides.js';

/**
 * Settings of a model with `--set key=value` applied and defaults filled in.
 *
 * @throws UserError that names the model, the key and the nearest valid one.
 */
export function modelSettings(definition: ModelDefinition, base: unknown, set: readonly string[]): object {
  const value = set.reduce((settings, text) => applyOverride(settings, parseOverride(text)), base);
  const parsed = definition.config.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = firstIssue(parsed.error);
  const { path, problem } = explainIssue(issue, definition.config, valueAt(value, issue.path));
  throw new UserError(`settings of ${definition.key}: ${path.map(String).join('.')}: ${problem}`);
}
