import { nearestNames } from '@prismamba/core';
import { z } from 'zod';
import type { ModelDefinition } from './model-definition.js';

/** Options that a model does not take: names model, option, what was given, what is wanted and the nearest valid name. */
export class ModelOptionsError extends Error {
  override readonly name = 'ModelOptionsError';
}

/** Names of the options of a schema; none where it is no object of named fields. */
function optionNames(schema: z.ZodType): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

const shown = (value: unknown): string => JSON.stringify(value) ?? String(value);

function valueAt(options: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    options,
  );
}

/** One issue of the schema as a sentence. */
function explain(issue: z.core.$ZodIssue, schema: z.ZodType, options: unknown): string {
  const names = optionNames(schema);
  const listed = names.length === 0 ? 'it has none' : `options: ${names.join(', ')}`;
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys as [string];
    const [nearest] = nearestNames(key, names, 1);
    return `unknown option '${key}'${nearest === undefined ? '' : `, did you mean '${nearest}'?`} (${listed})`;
  }
  if (issue.path.length === 0) return `${issue.message}; got ${shown(options)} (${listed})`;
  return `option '${issue.path.map(String).join('.')}': got ${shown(valueAt(options, issue.path))}: ${issue.message}`;
}

/**
 * The complete configuration of a model: `options` checked, defaults filled in.
 *
 * @throws {ModelOptionsError} on an unknown option and on a value that the option does not take.
 */
export function modelOptions<Config extends object>(
  { key, config }: Pick<ModelDefinition<Config>, 'key' | 'config'>,
  options: unknown = {},
): Config {
  const result = config.safeParse(options);
  if (result.success) return result.data;
  // An unknown name explains the missing one beside it, so it comes first.
  const { issues } = result.error;
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
  throw new ModelOptionsError(`${key}: ${explain(issue, config, options)}`, { cause: result.error });
}

/** @throws {ModelOptionsError} unless the seed is a whole number. */
function checkedSeed(key: string, options: unknown): number {
  const seed = (options as { readonly seed?: unknown } | undefined)?.seed;
  if (Number.isSafeInteger(seed)) return seed as number;
  throw new ModelOptionsError(
    `${key}: build: seed: got ${shown(seed)}, wanted a whole number, as in build(config, { seed: 1 })`,
  );
}

/**
 * A definition as the registry hands it out: `config.parse` and `build` speak of the model and its options. `build` takes
 * incomplete options too and fills the defaults in.
 */
export function checkedDefinition<Config extends object>(
  definition: ModelDefinition<Config>,
): ModelDefinition<Config> {
  const parse = (options: unknown) => modelOptions(definition, options);
  return {
    ...definition,
    config: Object.create(definition.config, { parse: { value: parse } }) as z.ZodType<Config>,
    build: (config, options) =>
      definition.build(parse(config), { ...options, seed: checkedSeed(definition.key, options) }),
  };
}
