import { usageError } from '../user-error.js';
import { ConfigError } from './config-error.js';
import { parseYaml } from './yaml-source.js';

/** One `--set a.b=value`. */
export interface Override {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  /** As `--set` takes it. */
  readonly text: string;
  /** What was typed where it was another option, `--backend cuda`: messages name that one. */
  readonly option?: string;
}

/** Reads `a.b=value` and `list.0.c=value`; the value is YAML, so numbers, lists and texts work. */
export function parseOverride(text: string): Override {
  const equals = text.indexOf('=');
  if (equals < 1) throw usageError(`--set ${text}: wanted PATH=VALUE, such as --set training.batch_size=4`);
  const path = text
    .slice(0, equals)
    .trim()
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  if (path.includes('')) throw usageError(`--set ${text}: the path has an empty part`);
  if (path.includes('__proto__')) throw usageError(`--set ${text}: '__proto__' cannot be a key`);
  try {
    return { path, value: parseYaml(text.slice(equals + 1), 'the value').value, text };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw usageError(`--set ${text}: ${error.message}`);
  }
}

/** A copy of `root` with the override in place. */
export function applyOverride(root: unknown, { path, value, text }: Override, depth = 0): unknown {
  const part = path[depth];
  if (part === undefined) return value;
  if (Array.isArray(root)) {
    if (typeof part !== 'number' || part > root.length) {
      throw usageError(`--set ${text}: '${part}' is no place in a list of ${root.length}`);
    }
    const copy: unknown[] = [...(root as unknown[])];
    copy[part] = applyOverride(copy[part], { path, value, text }, depth + 1);
    return copy;
  }
  if (root !== undefined && root !== null && typeof root !== 'object') {
    throw usageError(
      `--set ${text}: '${path.slice(0, depth).join('.')}' is a single value and has no '${part}'`,
    );
  }
  const object = (root ?? {}) as Record<string, unknown>;
  return { ...object, [part]: applyOverride(object[part], { path, value, text }, depth + 1) };
}
