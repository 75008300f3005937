import { nearestNames } from '@prismamba/core';
import { z } from 'zod';

type Issue = z.core.$ZodIssue;

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly propertyNames?: { readonly enum?: readonly string[] };
  readonly additionalProperties?: JsonSchema | boolean;
}

/** A schema and, where it is one of several, those. */
const formsOf = (schema: JsonSchema): JsonSchema[] => [schema, ...(schema.anyOf ?? []).flatMap(formsOf)];

/** Keys that an object schema has at `path`, in whichever of its forms. */
function keysAt(schema: JsonSchema, path: readonly PropertyKey[]): string[] {
  let here = formsOf(schema);
  for (const part of path) {
    const next = here.map(({ properties, items, additionalProperties }) => {
      if (typeof part === 'number') return items;
      return properties?.[String(part)] ?? (additionalProperties === true ? undefined : additionalProperties);
    });
    here = next.flatMap((item) => (typeof item === 'object' ? formsOf(item) : []));
  }
  return here.flatMap(({ properties = {}, propertyNames }) => [
    ...Object.keys(properties),
    ...(propertyNames?.enum ?? []),
  ]);
}

/** Made once for a schema: it is as large as the page of all fields. */
const jsonSchemas = new WeakMap<z.ZodType, JsonSchema>();

function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const known = jsonSchemas.get(schema);
  if (known !== undefined) return known;
  const made = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  jsonSchemas.set(schema, made);
  return made;
}

export interface Explanation {
  readonly path: readonly PropertyKey[];
  /** Whether the key itself is what is wrong. */
  readonly which: 'key' | 'value';
  readonly problem: string;
}

const quoted = (values: readonly unknown[]) => values.map((value) => `'${String(value)}'`).join(', ');

function didYouMean(wrong: string, known: readonly string[]): string {
  const [nearest] = nearestNames(wrong, known, 1);
  return nearest === undefined ? `known: ${known.join(', ')}` : `did you mean '${nearest}'?`;
}

/** What to say first: a key that is misspelled is also missing under its right name, and that is only the consequence. */
export function firstIssue({ issues }: z.ZodError): Issue {
  return issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
}

/** A schema issue in words: what is wrong, and the nearest valid name. */
export function explainIssue(
  issue: Issue,
  schema: z.ZodType,
  value: unknown,
  parent: readonly PropertyKey[] = [],
): Explanation {
  const path = [...parent, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const known = keysAt(jsonSchemaOf(schema), path);
    return { path: [...path, key], which: 'key', problem: `unknown key, ${didYouMean(key, known)}` };
  }
  if (issue.code === 'invalid_value') {
    const known = issue.values.map(String);
    const problem = `${describe(value)} is not one of ${quoted(known)}, ${didYouMean(String(value), known)}`;
    return { path, which: 'value', problem };
  }
  if (issue.code === 'invalid_type') {
    // A schema with words of its own for a wrong type, such as a duration without its unit.
    if (value !== undefined && !issue.message.startsWith('Invalid input')) {
      return { path, which: 'value', problem: issue.message };
    }
    const problem =
      value === undefined
        ? `is missing, wanted ${issue.expected}`
        : `${describe(value)} is no ${issue.expected}`;
    return { path, which: 'value', problem };
  }
  if (issue.code === 'invalid_union') {
    // The form that the value evidently has: the one that it fits as a whole, but for something inside.
    const meant = issue.errors.find(([first]) => first !== undefined && isInside(first));
    if (meant !== undefined) {
      const inner = meant[0]!;
      return explainIssue(inner, schema, valueAt(value, inner.path), path);
    }
    return {
      path,
      which: 'value',
      problem: `${describe(value)} is none of the allowed forms (${unionForms(issue)})`,
    };
  }
  return { path, which: 'value', problem: issue.message };
}

/** Whether an issue is about a part of the value or its spelling, not about its type. */
function isInside(issue: Issue): boolean {
  return issue.code !== 'invalid_type' || issue.path.length > 0;
}

function unionForms(issue: Extract<Issue, { code: 'invalid_union' }>): string {
  return issue.errors.map((errors) => errors.map(({ message }) => message).join(' and ')).join('; or ');
}

function describe(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? 'nothing');
}

/** The value at a path, or undefined. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let here = root;
  for (const part of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<PropertyKey, unknown>)[part];
  }
  return here;
}
