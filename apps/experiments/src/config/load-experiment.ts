import { relative } from 'node:path';
import type { z } from 'zod';
import { ConfigError } from './config-error.js';
import { experimentSchema, type ExperimentConfig } from './experiment-schema.js';
import { explainIssue, firstIssue, valueAt } from './explain-issue.js';
import { placeIn, setPlace, type ConfigTree } from './config-tree.js';
import { evaluateExpressions } from './expressions.js';
import { expandGroups, loadLayers } from './load-layers.js';
import { applyOverride, type Override } from './overrides.js';
import { findExperiment } from './shipped.js';

/** An experiment that was read: its values, and how to say where one of them stands. */
export interface LoadedExperiment {
  readonly config: ExperimentConfig;
  /** Path of the file, as given or found. */
  readonly file: string;
  /** `--set` and other changes to the file, as typed. */
  readonly overrides: readonly string[];
  /** Checks a part of the config against another schema (a model's own), with the same kind of errors. */
  check<T>(schema: z.ZodType<T>, path: readonly PropertyKey[]): T;
  /** An error at a place of the file. */
  error(path: readonly PropertyKey[], problem: string): ConfigError;
}

/**
 * Reads an experiment file: YAML on top of what it `extends`, groups (`data: cave`), `--set` overrides, expressions, then the
 * strict schema with its defaults.
 *
 * @throws ConfigError `file:line:column: path: message` for the first thing that is wrong.
 */
export async function loadExperiment(
  name: string,
  overrides: readonly Override[] = [],
): Promise<LoadedExperiment> {
  const file = findExperiment(name);
  const tree = overrides.reduce(
    (before, override) => expandGroups(withOverride(before, override), file),
    expandGroups(loadLayers(file), file),
  );
  const place = (path: readonly PropertyKey[], which?: 'key' | 'value') => placeIn(tree, path, which);
  const values = await evaluateExpressions(tree.value, place);
  const check = <T>(schema: z.ZodType<T>, path: readonly PropertyKey[]): T => {
    const result = schema.safeParse(valueAt(values, path) ?? (path.length > 0 ? {} : undefined));
    if (result.success) return result.data;
    const issue = firstIssue(result.error);
    const explained = explainIssue(issue, schema, valueAt(valueAt(values, path), issue.path));
    const whole = [...path, ...explained.path];
    throw new ConfigError(place(whole, explained.which), whole, explained.problem);
  };
  return {
    config: check(experimentSchema, []),
    file: relative(process.cwd(), file).startsWith('..') ? file : relative(process.cwd(), file),
    overrides: overrides.map(({ text }) => text),
    check,
    error: (path, problem) => new ConfigError(place(path), path, problem),
  };
}

/** A value that came by `--set` has no place in a file: the option stands for it. */
function withOverride(tree: ConfigTree, override: Override): ConfigTree {
  const value = applyOverride(tree.value, override);
  return {
    value,
    places: setPlace(tree, override.path, override.value, override.option ?? `--set ${override.text}`),
  };
}
