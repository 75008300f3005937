import { ConfigError } from './config-error.js';
import { isObject } from './config-tree.js';

/** Functions from numbers to a number that take no longer for large ones. All others are closed, and so are lists, texts and definitions. */
const OPEN = new Set([
  ...[
    'abs',
    'cbrt',
    'ceil',
    'exp',
    'expm1',
    'fix',
    'floor',
    'hypot',
    'log',
    'log10',
    'log1p',
    'log2',
    'max',
    'min',
  ],
  ...['mod', 'nthRoot', 'pow', 'round', 'sign', 'sqrt', 'square', 'cube'],
  ...['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2', 'sinh', 'cosh', 'tanh'],
]);

/** Nodes of a formula of numbers; `a.b` is an accessor with an index. */
const OPEN_NODES = new Set([
  ...['AccessorNode', 'ConditionalNode', 'ConstantNode', 'FunctionNode', 'IndexNode', 'OperatorNode'],
  ...['ParenthesisNode', 'RelationalNode', 'SymbolNode'],
]);

type Evaluate = (text: string, scope: Map<string, unknown>) => unknown;

let evaluator: Promise<Evaluate> | undefined;

/** The build of mathjs for plain numbers, without matrices, units and big numbers; loaded at the first expression. */
function loadEvaluator(): Promise<Evaluate> {
  evaluator ??= import('mathjs/number').then(({ create, all }) => {
    const math = create(all ?? {}, {});
    return (text, scope) => {
      const formula = math.parse(text);
      formula.traverse((node) => {
        checkNode(node);
      });
      return formula.evaluate(scope) as unknown;
    };
  });
  return evaluator;
}

/** @throws Error for anything that is no formula of numbers: it could run for ever, fill the memory, or do something else than compute. */
function checkNode(node: { readonly type: string; readonly fn?: unknown; readonly op?: string }): void {
  if (!OPEN_NODES.has(node.type)) {
    throw new Error(`${node.type.replace(/Node$/, '').toLowerCase()} is no part of a formula of numbers`);
  }
  // n! of a large n is a loop.
  if (node.op === '!') throw new Error("operator '!' is not available in an experiment file");
  if (node.type !== 'FunctionNode') return;
  const name = String((node.fn as { name?: string }).name);
  if (!OPEN.has(name)) {
    throw new Error(
      `function '${name}' is not available in an experiment file; those that are: ${[...OPEN].join(', ')}`,
    );
  }
}

/** A formula may be megabytes long; the list of functions that there are is not. */
const shortened = (text: string) => (text.length > 500 ? `${text.slice(0, 500)} ...` : text);

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
      throw new ConfigError(place(path), path, `cannot compute '${shortened(text)}': ${shortened(reason)}`);
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
