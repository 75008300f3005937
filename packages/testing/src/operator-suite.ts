import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectRelativeError } from './compare.js';
import { eachBackend, type TestBackend } from './each-backend.js';
import { checkGradient, testNumbers } from './gradient-check.js';

/** An input of an operator: its shape and the range of its test values (offset +- scale). */
export interface OperatorInput {
  readonly shape: readonly number[];
  readonly scale?: number;
  readonly offset?: number;
  /** Rounds the values to multiples of this, so that some are equal. */
  readonly step?: number;
}

export type Values<Name extends string> = Readonly<Record<Name, Float64Array>>;

/** An operator, its definition in float64, and where to compare them. */
export interface OperatorSuite<Name extends string> {
  readonly name: string;
  /** Inputs by name; the same names in every case. */
  readonly cases: Readonly<Record<string, Readonly<Record<Name, OperatorInput>>>>;
  readonly reference: (values: Values<Name>, shapes: Shapes<Name>) => readonly Float64Array[];
  /** Gradients of all inputs, given the gradient of every output. */
  readonly gradient: (
    values: Values<Name>,
    shapes: Shapes<Name>,
    dys: readonly Float64Array[],
  ) => Values<Name>;
  readonly operator: (tensors: Readonly<Record<Name, tf.Tensor>>) => readonly tf.Tensor[];
  readonly composed: (tensors: Readonly<Record<Name, tf.Tensor>>) => readonly tf.Tensor[];
  /** The kernel that must be what runs on a backend. */
  readonly kernels: Readonly<Partial<Record<TestBackend, string>>>;
  readonly forwardLimit?: number;
  readonly gradientLimit?: number;
  /** The case whose reference gradient is checked by differences; the first unless stated. */
  readonly gradientCase?: string;
}

export type Shapes<Name extends string> = Readonly<Record<Name, readonly number[]>>;

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);

function makeInputs<Name extends string>(inputs: Readonly<Record<Name, OperatorInput>>) {
  const names = Object.keys(inputs) as Name[];
  const floats = names.map((name, i) => {
    const { shape, scale = 1, offset = 0, step } = inputs[name];
    const values = testNumbers(sizeOf(shape), 11 + i, scale, offset);
    return step === undefined ? values : values.map((v) => Math.round(v / step) * step);
  });
  const shapes = Object.fromEntries(names.map((name) => [name, inputs[name].shape])) as Shapes<Name>;
  const named = <T>(list: readonly T[]) =>
    Object.fromEntries(names.map((name, i) => [name, list[i]!])) as Record<Name, T>;
  return { names, floats, shapes, named, exact: named(floats.map((v) => Float64Array.from(v))) };
}

const upstreamOf = (outputs: readonly Float64Array[]) =>
  outputs.map((output, k) => testNumbers(output.length, 101 + k));

/**
 * The tests that every operator passes: the definition's gradient against differences in float64; on every backend the
 * operator and its composed form against the definition, forward and every gradient; the kernel is what runs.
 */
export function operatorSuite<Name extends string>(suite: OperatorSuite<Name>): void {
  const { name, cases, reference, gradient, forwardLimit = 2e-6, gradientLimit = 1e-5 } = suite;

  describe(`${name} definition`, () => {
    it('has the gradient of its forward', () => {
      const chosen = suite.gradientCase ?? Object.keys(cases)[0]!;
      const { names, shapes, named, exact } = makeInputs(cases[chosen]!);
      const dys = upstreamOf(reference(exact, shapes)).map((dy) => Float64Array.from(dy));
      const gradients = gradient(exact, shapes, dys);
      checkGradient({
        f: (values) =>
          reference(named(values), shapes).reduce(
            (sum, output, k) => sum + output.reduce((s, v, i) => s + v * dys[k]![i]!, 0),
            0,
          ),
        inputs: names.map((n) => exact[n]),
        gradients: names.map((n) => gradients[n]),
        names,
        step: 1e-6,
        tolerance: 1e-5,
      });
    });
  });

  /** What both forms must give on every backend; computed once a case, for it takes longer than they do. */
  const definitions = new Map<string, ReturnType<typeof defined>>();
  function defined(inputs: (typeof cases)[string]) {
    const made = makeInputs(inputs);
    const wanted = reference(made.exact, made.shapes);
    const upstream = upstreamOf(wanted);
    const dys = upstream.map((dy) => Float64Array.from(dy));
    return { ...made, wanted, upstream, wantedGradients: gradient(made.exact, made.shapes, dys) };
  }

  eachBackend(name, (backend) => {
    const kernel = suite.kernels[backend];
    if (kernel !== undefined) {
      it('runs its kernel', async () => {
        const { floats, shapes, names, named } = makeInputs(
          Object.values(cases)[0] as (typeof cases)[string],
        );
        const tensors = names.map((n, i) => tf.tensor(floats[i]!, [...shapes[n]]));
        const profile = await tf.profile(() => tf.dispose([...suite.operator(named(tensors))]));
        expect(profile.kernelNames).toContain(kernel);
        tf.dispose(tensors);
      });
    }

    for (const [label, inputs] of Object.entries<(typeof cases)[string]>(cases)) {
      it.each(['operator', 'composed'] as const)(`${label}: %s, forward and every gradient`, async (form) => {
        const known = definitions.get(label) ?? defined(inputs);
        definitions.set(label, known);
        const { names, floats, shapes, named, wanted, upstream, wantedGradients } = known;
        const tensors = names.map((n, i) => tf.tensor(floats[i]!, [...shapes[n]]));
        const outputs = suite[form](named(tensors));
        expect(outputs).toHaveLength(wanted.length);
        for (const [k, output] of outputs.entries()) {
          expectRelativeError(await output.data(), wanted[k]!, forwardLimit, `output ${k}`);
        }
        const dys = outputs.map((output, k) => tf.tensor(upstream[k]!, output.shape));
        const loss = (...list: tf.Tensor[]): tf.Tensor =>
          tf.addN(suite[form](named(list)).map((output, k) => tf.sum(tf.mul(output, dys[k]!))));
        const gradients = tf.grads(loss)(tensors);
        for (const [i, n] of names.entries()) {
          expectRelativeError(
            await gradients[i]!.data(),
            wantedGradients[n],
            gradientLimit,
            `gradient of ${n}`,
          );
        }
        tf.dispose([...tensors, ...outputs, ...dys, ...gradients]);
      });
    }
  });
}
