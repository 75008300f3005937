import { setThreads, startBackend } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relativeError } from './compare.js';
import { eachBackend } from './each-backend.js';
import { testNumbers } from './gradient-check.js';
import { startWithoutSimd } from './without-simd.js';

/** A public operator for {@link oddInputSuite}. */
export interface OddOperator {
  /** Shapes of the inputs by name, for a map of that size; operators on sequences take height x width tokens. */
  readonly shapes: (
    batch: number,
    height: number,
    width: number,
  ) => Readonly<Record<string, readonly number[]>>;
  /** Range of the ordinary values of an input (offset +- scale), -1 to 1 unless stated. */
  readonly ranges?: Readonly<Record<string, readonly [scale: number, offset: number]>>;
  readonly run: (inputs: Record<string, tf.Tensor>) => tf.Tensor | readonly tf.Tensor[];
  /** Sizes that are refused, by the names of {@link SIZES}, beside a batch of 0; all others must work. */
  readonly refuses?: readonly SizeName[];
  /** The composed form of a long scan takes a minute on the CPU backend, which is left to the WASM backend. */
  readonly longOnCpu?: false;
  /** Works on tensors without elements too. */
  readonly allowsNone?: boolean;
  /** Inputs whose large values make infinite results by definition (rates of growth). */
  readonly grows?: readonly string[];
  /** Largest error of one backend against the other, of numbers of about 1; 1e-4 unless stated. */
  readonly limit?: number;
}

/** Batch, height and width by name. */
const SIZES = {
  ordinary: [2, 3, 5],
  'one pixel': [1, 1, 1],
  'one row': [1, 1, 7],
  'one column': [1, 7, 1],
  '1 x 10000': [1, 1, 10_000],
  'batch 0': [0, 3, 5],
} as const satisfies Record<string, readonly [number, number, number]>;
type SizeName = keyof typeof SIZES;

/** Values that fill an input, or stand in one element of it. */
const FILLINGS: Readonly<Record<string, number>> = {
  zeros: 0,
  ones: 1,
  negative: -0.75,
  denormal: 1e-40,
  'nearly constant': 0.5,
  'large constant': 1000,
};
const INFINITE: Readonly<Record<string, number>> = { infinite: Infinity, 'minus infinite': -Infinity };
/** Their squares are no float32: whatever comes out, nothing ends and no tensor is lost. */
const HUGE: Readonly<Record<string, number>> = { '1e30': 1e30, '-1e30': -1e30 };
const NO_SIMD = 'wasm without SIMD';
/** Only this is cut into several ranges of work. */
const LONG: SizeName = '1 x 10000';
/** Half of the suite's time are the few long rows on the CPU backend: they are in the slow lane. */
const longOnCpu = (operator: OddOperator): boolean =>
  process.env['PRISMAMBA_LANE'] === 'slow' && operator.longOnCpu !== false;

type Arrays = Readonly<Record<string, Float32Array>>;
/** Outputs, then gradients of every input, by name. */
type Results = Readonly<Record<string, Float32Array>>;

/**
 * The rule of docs/reliability.md for inputs that are no ordinary map, for every operator of a package and its gradients, on the
 * CPU and the WASM backend:
 *
 * - NaN in an element gives NaN in every output and gradient that depends on that element (found by changing it);
 * - constant, nearly constant, zero, one, negative and denormal inputs give finite numbers, the same on both backends;
 * - with infinite numbers, one backend does not give a finite number where the other gives another one; huge ones end nothing;
 * - one pixel, row or column and a row of 10,000 work, with the same bits on one thread and two; a tensor without elements, and what
 *   else is refused, is an error that names the function.
 *
 * All but the row of 10,000 also holds on a WASM engine without SIMD, where the composed forms run.
 */
export function oddInputSuite(operators: Readonly<Record<string, OddOperator>>): void {
  /** Results of the CPU backend, which the WASM backend is compared with. */
  const known = new Map<string, Results>();
  afterAll(() => {
    setThreads(1);
  });

  const suite = (backend: string): void => {
    // A software adapter is slow: of what is alike, one.
    const few = backend === 'webgpu';
    const unlike = (label: string) => !few || !/^(ones|negative|minus|-)/.test(label);
    if (backend === 'webgpu') {
      beforeAll(async () => {
        await startBackend('wasm');
        await tf.setBackend(backend);
      });
    }
    describe.each(Object.entries(operators))('%s', (name, operator) => {
      const run = (arrays: Arrays, size: SizeName = 'ordinary'): Promise<Results> =>
        compute(operator, arrays, shapesOf(operator, size));
      const compare = async (
        label: string,
        arrays: Arrays,
        results: Results,
        same: typeof sameWithin,
        size?: SizeName,
      ): Promise<void> => {
        const key = `${name}: ${label}`;
        const first = backend === 'webgpu' ? await onWasm(() => run(arrays, size)) : known.get(key);
        if (first === undefined) known.set(key, results);
        else same(results, first, operator.limit ?? 1e-4, label);
      };

      /** A device of WebGPU may take denormal numbers for zeros. */
      const isSame = async (arrays: Arrays, results: Results): Promise<boolean> => {
        const wanted = await onWasm(() => run(arrays));
        return Object.entries(results).every(
          ([key, values]) => relativeError(values, wanted[key]!, 1) <= (operator.limit ?? 1e-4),
        );
      };

      for (const size of Object.keys(SIZES) as SizeName[]) {
        const refused =
          (size === 'batch 0' && operator.allowsNone !== true) || operator.refuses?.includes(size) === true;
        // TensorFlow.js's WebGPU backend makes no buffer of no bytes.
        if (size === 'batch 0' && !refused && backend === 'webgpu') continue;
        if (size === LONG && (backend === NO_SIMD || (backend === 'cpu' && !longOnCpu(operator)))) continue;
        it(`${size}: ${refused ? 'an error that names the function' : 'works'}`, async () => {
          const inputs = valuesOf(operator, size);
          if (refused) {
            await expect(run(inputs, size)).rejects.toThrow(
              new RegExp(`^${name.split(' ')[0] ?? ''}: .* got `),
            );
            return;
          }
          const results = await run(inputs, size);
          for (const [key, values] of Object.entries(results))
            expect(values.every(Number.isFinite), key).toBe(true);
          await compare(size, inputs, results, sameWithin, size);
          if (backend !== 'wasm' || size !== LONG) return;
          // With NaN in it, because a range must not hide what another has.
          const spoilt = Object.fromEntries(
            Object.entries(inputs).map(([key, values], i) => [
              key,
              i === 0 ? replaced(values, values.length >> 1, NaN) : values,
            ]),
          );
          for (const [arrays, alone] of [
            [inputs, results],
            [spoilt, await run(spoilt, size)],
          ] as const) {
            setThreads(2);
            const together = await run(arrays, size);
            setThreads(1);
            for (const [key, values] of Object.entries(alone)) {
              expect(Buffer.compare(bytesOf(values), bytesOf(together[key]!)), `${key}, 2 threads`).toBe(0);
            }
          }
        });
      }

      const inputs = valuesOf(operator, 'ordinary');
      const names = Object.keys(inputs);
      const changed = (input: string, at: number, value: number): Arrays => ({
        ...inputs,
        [input]: replaced(inputs[input]!, at, value),
      });

      it.each(names)('NaN in %s gives NaN in all that depends on it', async (input) => {
        const plain = await run(inputs);
        const last = inputs[input]!.length - 1;
        for (const at of new Set(few ? [last] : [last >> 1, last])) {
          const value = inputs[input]![at]!;
          const moved = [await run(changed(input, at, value - 3)), await run(changed(input, at, value + 5))];
          for (const [key, values] of Object.entries(await run(changed(input, at, NaN)))) {
            const depends = (i: number) =>
              moved.some((result) => !Object.is(result[key]![i], plain[key]![i]));
            const lost = [...values.keys()].filter((i) => !Number.isNaN(values[i]!) && depends(i));
            expect(lost, `finite numbers in ${key} where ${input}[${at}] is NaN`).toEqual([]);
          }
        }
        const all = await run({ ...inputs, [input]: inputs[input]!.map(() => NaN) });
        expect(all['output 0']!.some(Number.isNaN), `output where all of ${input} is NaN`).toBe(true);
      });

      it.each(Object.entries(FILLINGS).filter(([label]) => unlike(label)))(
        'filled with %s: finite, the same on every backend',
        async (label, filling) => {
          for (const input of names) {
            if (label === 'large constant' && operator.grows?.includes(input) === true) continue;
            const values = inputs[input]!.map(() => filling);
            if (label === 'nearly constant') values[values.length >> 1] = filling * (1 + 2 ** -20);
            const arrays = { ...inputs, [input]: values };
            const results = await run(arrays);
            for (const [key, numbers] of Object.entries(results)) {
              expect(numbers.every(Number.isFinite), `${key} where ${input} is ${label}`).toBe(true);
            }
            const flushed = { ...inputs, [input]: inputs[input]!.map(() => 0) };
            if (backend === 'webgpu' && label === 'denormal' && (await isSame(flushed, results))) continue;
            await compare(`${label} in ${input}`, arrays, results, sameWithin);
          }
        },
      );

      it.each(Object.entries({ ...INFINITE, ...HUGE }).filter(([label]) => unlike(label)))(
        '%s',
        async (label, value) => {
          for (const input of names) {
            for (const [where, arrays] of Object.entries({
              all: { ...inputs, [input]: inputs[input]!.map(() => value) },
              one: changed(input, inputs[input]!.length >> 1, value),
            })) {
              const results = await run(arrays);
              if (label in INFINITE)
                await compare(`${label} in ${where} of ${input}`, arrays, results, notTwoNumbers);
            }
          }
        },
      );
    });
  };

  eachBackend('odd input', suite);
  eachBackend(
    'odd input without SIMD',
    () => {
      let startOrdinary = async (): Promise<void> => undefined;
      beforeAll(async () => {
        startOrdinary = await startWithoutSimd();
        expect(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')).toBe(false);
      });
      afterAll(() => startOrdinary());
      suite(NO_SIMD);
    },
    { backends: ['wasm'] },
  );
}

function replaced(values: Float32Array, at: number, value: number): Float32Array {
  const copy = Float32Array.from(values);
  copy[at] = value;
  return copy;
}

function shapesOf({ shapes }: OddOperator, size: SizeName): Readonly<Record<string, readonly number[]>> {
  const [batch, height, width] = SIZES[size];
  return shapes(batch, height, width);
}

function valuesOf(operator: OddOperator, size: SizeName): Arrays {
  return Object.fromEntries(
    Object.entries(shapesOf(operator, size)).map(([name, shape], i) => {
      const count = shape.reduce((product, length) => product * length, 1);
      return [name, testNumbers(count, 7 + i, ...(operator.ranges?.[name] ?? ([1, 0] as const)))];
    }),
  );
}

async function compute(
  { run }: OddOperator,
  arrays: Arrays,
  shapes: Readonly<Record<string, readonly number[]>>,
): Promise<Results> {
  const names = Object.keys(arrays);
  // Those of the pass whose gradients are asked for.
  const outputs: Record<string, tf.Tensor> = {};
  const gradients = tf.tidy((): Record<string, tf.Tensor> => {
    const inputs = names.map((name) => tf.tensor(arrays[name]!, [...shapes[name]!], 'float32'));
    const loss = (...list: tf.Tensor[]): tf.Tensor => {
      const result = run(Object.fromEntries(names.map((name, i) => [name, list[i]!])));
      const all: readonly tf.Tensor[] = result instanceof tf.Tensor ? [result] : result;
      all.forEach((output, k) => (outputs[`output ${k}`] = tf.keep(tf.clone(output))));
      return tf.addN(
        all.map((output, k) =>
          tf.sum(tf.mul(output, tf.tensor(testNumbers(output.size, 90 + k), output.shape))),
        ),
      );
    };
    return Object.fromEntries(
      tf
        .grads(loss)(inputs)
        .map((gradient, i) => [`gradient of ${names[i]!}`, gradient]),
    );
  });
  const tensors = { ...outputs, ...gradients };
  const results: Record<string, Float32Array> = {};
  for (const [name, tensor] of Object.entries(tensors)) results[name] = (await tensor.data()) as Float32Array;
  tf.dispose(tensors);
  return results;
}

/** The lane of WebGPU has one backend; what it must give comes from WASM, which is held to the same rule. */
async function onWasm(work: () => Promise<Results>): Promise<Results> {
  await tf.setBackend('wasm');
  try {
    return await work();
  } finally {
    await tf.setBackend('webgpu');
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

function sameWithin(results: Results, wanted: Results, limit: number, label: string): void {
  for (const [key, values] of Object.entries(results)) {
    expect(
      relativeError(values, wanted[key]!, 1),
      `${key}, ${label}, against the CPU backend`,
    ).toBeLessThanOrEqual(limit);
  }
}

/** Where both give finite numbers, they are the same. */
function notTwoNumbers(results: Results, wanted: Results, limit: number, label: string): void {
  const both = (a: Float32Array, b: Float32Array) =>
    a.filter((v, i) => Number.isFinite(v) && Number.isFinite(b[i]!));
  const pairs = Object.keys(results).map((key) => [key, results[key]!, wanted[key]!] as const);
  const finite = pairs.map(([key, a, b]) => [key, both(a, b), both(b, a)] as const);
  sameWithin(
    Object.fromEntries(finite.map(([key, a]) => [key, a])),
    Object.fromEntries(finite.map(([key, , b]) => [key, b])),
    limit,
    label,
  );
}
