import { ConfigError } from './config-error.js';
import { isObject } from './config-tree.js';

/** Functions that read, parse, define or solve: closed, so that a config can compute a number and nothing else. */
const CLOSED = [
  'import',
  'config',
  'createUnit',
  'evaluate',
  'parse',
  'parser',
  'compile',
  'simplify',
  'derivative',
  'rationalize',
  'resolve',
  'reviver',
  'help',
] as const;

type Evaluate = (text: string, scope: Map<string, unknown>) => unknown;

let evaluator: Promise<Evaluate> | undefined;

/** The build of mathjs for plain numbers, without matrices, units and big numbers; loaded at the first expression. */
function loadEvaluator(): Promise<Evaluate> {
  evaluator ??= import('mathjs/number').then(({ create, all }) => {
    const math = create(all ?? {}, {});
    const evaluate = math.evaluate.bind(math);
    const closed = Object.fromEntries(
      CLOSED.map((name) => [
        name,
        () => {
          throw new Error(`function '${name}' is not available in an experiment file`);
        },
      ]),
    );
    math.import(closed, { override: true });
    return (text, scope) => evaluate(text, scope) as unknown;
  });
  return evaluator;
}

/** Whether a YAML text stands for a number to compute, such as `= 4e-4 * 2`. */
export function isExpression(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('=');
}

type Path = readonly PropertyKey[];

/** Whether there is an expression anywhere in a value. */
function holdsExpression(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return isExpression(value);
  return Object.values(value).some(holdsExpression);
}

/**
 * Replaces every `= EXPRESSION` by its number. An expression sees the numbers of the file: those beside it by their key, those
 * of the objects around it too (the nearest counts), and any other from the root (`training.batch_size`); they may be
 * expressions themselves.
 *
 * @throws ConfigError for an expression that cannot be computed, is no finite number, or needs itself.
 */
export async function evaluateExpressions(root: unknown, place: (path: Path) => string): Promise<unknown> {
  if (!holdsExpression(root)) return root;
  const evaluate = await loadEvaluator();
  const known = new Map<string, number>();
  const inWork = new Set<string>();

  const compute = (text: string, path: Path): number => {
    const key = JSON.stringify(path);
    const done = known.get(key);
    if (done !== undefined) return done;
    if (inWork.has(key)) throw new ConfigError(place(path), path, `'${text}' needs itself`);
    inWork.add(key);
    let value: unknown;
    try {
      value = evaluate(text.slice(1), scopeOf(path));
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new ConfigError(place(path), path, `cannot compute '${text}': ${reason}`);
    }
    inWork.delete(key);
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new ConfigError(place(path), path, `'${text}' gives ${String(value)}, wanted a finite number`);
    }
    known.set(key, value);
    return value;
  };

  /** A value as an expression sees it: a number, or an object whose numbers are computed when they are asked for. */
  const seen = (value: unknown, path: Path): unknown => {
    if (isExpression(value)) return compute(value, path);
    if (!isObject(value)) return value;
    const view = {};
    for (const key of Object.keys(value)) {
      Object.defineProperty(view, key, { enumerable: true, get: () => seen(value[key], [...path, key]) });
    }
    return view;
  };

  const scopeOf = (path: Path): Map<string, unknown> => {
    const around: [object: Record<string, unknown>, at: Path][] = [];
    let here = root;
    for (const [depth, part] of path.entries()) {
      if (isObject(here)) around.unshift([here, path.slice(0, depth)]);
      here = (here as Record<PropertyKey, unknown>)[part];
    }
    const find = (name: string) => around.find(([object]) => Object.hasOwn(object, name));
    class Scope extends Map<string, unknown> {
      override has = (name: string) => super.has(name) || find(name) !== undefined;
      override get = (name: string) => {
        const found = find(name);
        return super.has(name) || found === undefined
          ? super.get(name)
          : seen(found[0][name], [...found[1], name]);
      };
    }
    return new Scope();
  };

  const replace = (value: unknown, path: Path): unknown => {
    if (isExpression(value)) return compute(value, path);
    if (Array.isArray(value)) return value.map((item, i) => replace(item, [...path, i]));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, replace(item, [...path, key])]),
    );
  };
  return replace(root, []);
}
