import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nearestNames } from '@prismamba/core';
import type { z } from 'zod';
import { UserError } from '../user-error.js';
import { ConfigError } from './config-error.js';
import { experimentSchema, type ExperimentConfig } from './experiment-schema.js';
import { explainIssue, valueAt } from './explain-issue.js';
import { evaluateExpression, isExpression } from './expressions.js';
import { applyOverride, type Override } from './overrides.js';
import { parseYaml } from './yaml-source.js';

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

/** The folder of the experiments that are shipped: above this file, wherever the bundler put it. */
function findShipped(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'experiments', 'quickstart.yaml'))) return join(folder, 'experiments');
  }
  throw new Error(`findShipped: no folder above ${start} holds experiments/quickstart.yaml`);
}

/** Names of the shipped experiments, such as `quickstart` and `cave/gmsr-net`. */
export function shippedExperiments(folder = findShipped()): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.replaceAll('\\', '/').replace(/\.yaml$/, ''))
    .sort();
}

/** A path to a YAML file, or the name of a shipped experiment. */
export function findExperiment(name: string): string {
  if (existsSync(name) && statSync(name).isFile()) return name;
  const folder = findShipped();
  const shipped = join(folder, `${name.replace(/^experiments\//, '').replace(/\.ya?ml$/, '')}.yaml`);
  if (existsSync(shipped)) return shipped;
  const known = shippedExperiments(folder);
  const [nearest] = nearestNames(basename(name).replace(/\.ya?ml$/, ''), known, 1);
  const hint = nearest === undefined ? '' : ` Did you mean '${nearest}'?`;
  throw new UserError(
    `there is no experiment file '${name}', and none of that name is shipped.${hint} Shipped: ${known.join(', ')}`,
  );
}

/** Replaces every `= expression` below `value` by its number. */
async function evaluateAll(
  value: unknown,
  path: readonly PropertyKey[],
  place: (path: readonly PropertyKey[]) => string,
): Promise<unknown> {
  if (isExpression(value)) return evaluateExpression(value, place(path), path);
  if (Array.isArray(value))
    return Promise.all(value.map((item, i) => evaluateAll(item, [...path, i], place)));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(async ([key, item]) => [
    key,
    await evaluateAll(item, [...path, key], place),
  ]);
  return Object.fromEntries(await Promise.all(entries)) as unknown;
}

/**
 * Reads an experiment file: YAML, then `--set` overrides, then expressions, then the strict schema with its defaults.
 *
 * @throws ConfigError `file:line:column: path: message` for the first thing that is wrong.
 */
export async function loadExperiment(
  name: string,
  overrides: readonly Override[] = [],
): Promise<LoadedExperiment> {
  const file = findExperiment(name);
  const shown = relative(process.cwd(), file).startsWith('..') ? file : relative(process.cwd(), file);
  const source = parseYaml(readFileSync(file, 'utf8'), shown);
  const overridden = overrides.reduce(applyOverride0, source.value);
  // A value that came by --set has no place in the file.
  const place = (path: readonly PropertyKey[], which?: 'key' | 'value') => {
    const set = overrides.findLast(
      (o) => o.path.every((part, i) => path[i] === part) || path.every((part, i) => o.path[i] === part),
    );
    return set !== undefined && path.length > 0 ? `--set ${set.text}` : source.place(path, which);
  };
  const values = await evaluateAll(overridden, [], place);
  const check = <T>(schema: z.ZodType<T>, path: readonly PropertyKey[]): T => {
    const result = schema.safeParse(valueAt(values, path) ?? (path.length > 0 ? {} : undefined));
    if (result.success) return result.data;
    const issue = result.error.issues[0]!;
    const explained = explainIssue(issue, schema, valueAt(valueAt(values, path), issue.path));
    const whole = [...path, ...explained.path];
    throw new ConfigError(place(whole, explained.which), whole, explained.problem);
  };
  return {
    config: check(experimentSchema, []),
    file: shown,
    overrides: overrides.map(({ text }) => text),
    check,
    error: (path, problem) => new ConfigError(place(path), path, problem),
  };
}

const applyOverride0 = (root: unknown, override: Override) => applyOverride(root, override);
