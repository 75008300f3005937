import { ConfigError } from './config-error.js';

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

let evaluator: Promise<(text: string) => unknown> | undefined;

/** The build of mathjs for plain numbers, without matrices, units and big numbers; loaded at the first expression. */
function loadEvaluator(): Promise<(text: string) => unknown> {
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
    return (text) => evaluate(text, new Map<string, unknown>()) as unknown;
  });
  return evaluator;
}

/** Whether a YAML text stands for a number to compute, such as `= 4e-4 * 2`. */
export function isExpression(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('=');
}

/** Computes `= EXPRESSION` to a finite number. */
export async function evaluateExpression(
  text: string,
  place: string,
  path: readonly PropertyKey[],
): Promise<number> {
  const evaluate = await loadEvaluator();
  let value: unknown;
  try {
    value = evaluate(text.slice(1));
  } catch (error) {
    throw new ConfigError(
      place,
      path,
      `cannot compute '${text}': ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new ConfigError(place, path, `'${text}' gives ${String(value)}, wanted a finite number`);
  }
  return value;
}
