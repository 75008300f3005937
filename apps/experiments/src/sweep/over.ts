import { parse } from 'yaml';
import { createRandom, deriveSeed, type Random } from '@prismamba/core';
import { parseOverride, type Override } from '../config/overrides.js';
import { usageError } from '../user-error.js';

/** One key and what it is varied over. */
export interface Axis {
  readonly key: string;
  /** Values as YAML text. */
  readonly values: readonly string[];
  /** Draws a value, where the axis is an interval and not a list. */
  readonly draw?: (random: Random) => string;
}

const CALL = /^(range|uniform|loguniform)\((.*)\)$/;

/** Commas that are not inside brackets, braces, parentheses or quotes. */
function splitAtCommas(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let part = '';
  for (const char of text) {
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if ('[{('.includes(char)) depth += 1;
    else if (']})'.includes(char)) depth -= 1;
    if (char === ',' && depth === 0 && quote === '') {
      parts.push(part);
      part = '';
    } else part += char;
  }
  return [...parts, part].map((item) => item.trim());
}

function numbers(text: string, name: string, argument: string): number[] {
  const values = splitAtCommas(argument).map(Number);
  if (values.some((value) => !Number.isFinite(value))) {
    throw usageError(`--over ${text}: ${name}(${argument}): wanted numbers`);
  }
  return values;
}

/** start, start + step, ... below stop, as Python has it; decimals without their rounding errors. */
function range(text: string, argument: string): string[] {
  const [start, stop, step = 1] = numbers(text, 'range', argument);
  if (start === undefined || stop === undefined || step === 0) {
    throw usageError(`--over ${text}: wanted range(start, stop) or range(start, stop, step), step not 0`);
  }
  const count = Math.max(0, Math.ceil((stop - start) / step - 1e-9));
  if (count === 0 || count > 10_000) {
    throw usageError(`--over ${text}: range(${argument}) has ${count} values, wanted 1 to 10,000`);
  }
  return Array.from({ length: count }, (_, i) => String(Number((start + i * step).toPrecision(12))));
}

/**
 * Reads `key=1,2,3`, `key=range(0, 10, 2)`, and for random sweeps `key=uniform(a, b)` and `key=loguniform(a, b)`. A value is YAML: lists
 * and objects count as one (`model.options.widths=[31],[15,31]`).
 */
export function parseAxis(text: string): Axis {
  const equals = text.indexOf('=');
  if (equals < 1) throw usageError(`--over ${text}: wanted KEY=VALUES, such as --over seed=1,2,3`);
  const key = text.slice(0, equals).trim();
  const rest = text.slice(equals + 1).trim();
  const call = CALL.exec(rest);
  if (call?.[1] === 'range') return { key, values: range(text, call[2]!) };
  if (call !== null) {
    const [low, high, ...more] = numbers(text, call[1]!, call[2]!);
    const log = call[1] === 'loguniform';
    if (low === undefined || high === undefined || more.length > 0 || !(low < high) || (log && low <= 0)) {
      throw usageError(
        `--over ${text}: wanted ${call[1]}(low, high) with low < high${log ? ' and above 0' : ''}`,
      );
    }
    const draw = (random: Random) => {
      const value = log ? Math.exp(random.between(Math.log(low), Math.log(high))) : random.between(low, high);
      return String(Number(value.toPrecision(6)));
    };
    return { key, values: [], draw };
  }
  const values = splitAtCommas(rest);
  for (const value of values) {
    if (value === '') throw usageError(`--over ${text}: a value is empty`);
    try {
      parse(value);
    } catch (error) {
      throw usageError(`--over ${text}: '${value}' is not YAML: ${(error as Error).message}`);
    }
  }
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  if (twice !== undefined) throw usageError(`--over ${text}: '${twice}' is named twice`);
  return { key, values };
}

function requireDifferentKeys(axes: readonly Axis[]): void {
  const keys = axes.map(({ key }) => key);
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice !== undefined) throw usageError(`--over ${twice}: is given twice; put all values into one`);
}

const toOverrides = (axes: readonly Axis[], values: readonly string[]): Override[] =>
  axes.map(({ key }, i) => parseOverride(`${key}=${values[i]!}`));

/** Every combination; the last axis changes fastest. */
export function gridOf(axes: readonly Axis[]): Override[][] {
  requireDifferentKeys(axes);
  const interval = axes.find(({ draw }) => draw !== undefined);
  if (interval !== undefined) {
    throw usageError(`--over ${interval.key}: an interval has no end; say how many draws: --random N`);
  }
  let combinations: string[][] = [[]];
  for (const { values } of axes)
    combinations = combinations.flatMap((before) => values.map((value) => [...before, value]));
  return combinations.map((values) => toOverrides(axes, values));
}

/** `count` draws, one value an axis; the same seed draws the same. Equal draws count once. */
export function randomOf(axes: readonly Axis[], count: number, seed: number): Override[][] {
  requireDifferentKeys(axes);
  const seen = new Map<string, Override[]>();
  for (let i = 0; i < count; i++) {
    const random = createRandom(deriveSeed(seed, 'sweep', i));
    const values = axes.map((axis) => axis.draw?.(random) ?? random.pick(axis.values));
    const key = JSON.stringify(values);
    if (!seen.has(key)) seen.set(key, toOverrides(axes, values));
  }
  return [...seen.values()];
}
