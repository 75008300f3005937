import { arraysArena, hasSimd, type FloatArray, type WasmArena } from '@prismamba/backend/arena';
import type { TensorInfo } from '@tensorflow/tfjs-core';

export type { FloatArray };

type Infos = Readonly<Record<string, TensorInfo>>;
export type ArraysByName = Readonly<Record<string, FloatArray | undefined>>;

/** The kernels of an operator, of whatever inputs and outputs. */
interface AnyKernels {
  readonly supports?: (inputs: never, attributes: never) => boolean;
  readonly forward: (arena: WasmArena, call: never) => object;
  readonly backward?: (arena: WasmArena, call: never) => object;
}

/** An operator on plain arrays. */
export interface ArrayOperator<Outputs extends string> {
  /** The function that the user called. */
  readonly caller: string;
  readonly kernels: AnyKernels;
  readonly outputs: readonly Outputs[];
  /** What only kernels make, for the gradient. */
  readonly intermediates: readonly string[];
}

/** The gradients of the inputs that were given. */
export type ArrayGradients<I> = { readonly [N in keyof I]: FloatArray };

/** Results, and where recording the function that gives the gradients of the inputs from those of the results. */
export interface ArrayResult<I, Outputs extends string> {
  readonly outputs: Readonly<Record<Outputs, FloatArray>>;
  /** Gradients that are not given are zero. */
  readonly backward?: (upstream: Partial<Record<Outputs, FloatArray>>) => ArrayGradients<I>;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

/** @throws Error naming function and argument where the data are no floats, or not as many as the shape says. */
function checkArray(caller: string, name: string, { data, shape }: FloatArray): void {
  if (!(data instanceof Float32Array)) {
    throw new Error(`${caller}: ${name}: got data that are no Float32Array, wanted { data, shape }`);
  }
  if (data.length !== sizeOf(shape)) {
    throw new Error(
      `${caller}: ${name}: got ${data.length} values, wanted ${sizeOf(shape)} for the shape [${shape.join(', ')}]`,
    );
  }
}

/** @throws Error naming function and argument where a wanted array is missing or has no shape. */
export function requireArrays(caller: string, given: object, wanted: readonly string[]): void {
  const inputs = given as ArraysByName;
  for (const name of wanted) {
    if (inputs[name] === undefined) throw new Error(`${caller}: ${name}: is missing, wanted { data, shape }`);
  }
  for (const [name, array] of Object.entries(inputs)) {
    if (array !== undefined && !Array.isArray(array.shape)) {
      throw new Error(`${caller}: ${name}: has no shape, wanted { data: Float32Array, shape: number[] }`);
    }
  }
}

/**
 * Runs an operator's SIMD kernels on copies of the arrays, in memory of their own.
 *
 * @throws Error for arrays whose data do not fit their shape, sizes that the kernels do not take, an engine without SIMD, and
 *   where the 4 GB of a WebAssembly memory are full.
 */
export function runOnArrays<I extends object, Outputs extends string>(
  operator: ArrayOperator<Outputs>,
  inputs: I,
  attributes: object,
  record: boolean,
): ArrayResult<I, Outputs> {
  const { caller, kernels, outputs, intermediates } = operator;
  if (!hasSimd()) throw new Error(`${caller}: this JavaScript engine has no WebAssembly SIMD`);
  const given = Object.entries(inputs).filter(
    (entry): entry is [string, FloatArray] => entry[1] !== undefined,
  );
  for (const [name, array] of given) checkArray(caller, name, array);
  const arena = arraysArena();
  const made = arena.use(({ put, take }) => {
    const infos = Object.fromEntries(given.map(([name, array]) => [name, put(array)]));
    const results = kernels.forward(arena, {
      inputs: infos,
      attributes,
      recording: record,
    } as never) as Infos;
    const read = (names: readonly string[]) =>
      Object.fromEntries(
        names.map((name): [string, FloatArray] => {
          const info = results[name]!;
          return [name, { data: take(info), shape: info.shape }];
        }),
      );
    return {
      outputs: read(outputs) as Record<Outputs, FloatArray>,
      saved: record ? read(intermediates) : {},
    };
  });
  if (!record) return { outputs: made.outputs };
  const backward = (upstream: Partial<Record<Outputs, FloatArray>>): ArrayGradients<I> => {
    for (const [name, array] of Object.entries(upstream as ArraysByName)) {
      const wanted = (made.outputs as ArraysByName)[name];
      if (wanted === undefined) {
        throw new Error(`${caller}: backward: got '${name}', wanted gradients of ${outputs.join(', ')}`);
      }
      if (array === undefined) continue;
      if (array.shape.join() !== wanted.shape.join()) {
        throw new Error(
          `${caller}: backward: ${name}: got shape [${array.shape.join(', ')}], wanted [${wanted.shape.join(', ')}]`,
        );
      }
      checkArray(`${caller}: backward`, name, array);
    }
    return arena.use(({ put, take }) => {
      const toInfos = (arrays: Readonly<Record<string, FloatArray>>) =>
        Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, put(array)]));
      const zeros = ({ shape }: FloatArray) => ({ data: new Float32Array(sizeOf(shape)), shape });
      const call = {
        inputs: toInfos(Object.fromEntries(given)),
        given: (name: string) => given.some(([own]) => own === name),
        intermediates: toInfos(made.saved),
        upstream: toInfos(
          Object.fromEntries(outputs.map((name) => [name, upstream[name] ?? zeros(made.outputs[name])])),
        ),
        attributes,
      };
      const gradients = kernels.backward!(arena, call as never) as Readonly<
        Record<string, TensorInfo | undefined>
      >;
      return Object.fromEntries(
        given.map(([name]): [string, FloatArray] => {
          const info = gradients[name]!;
          return [name, { data: take(info), shape: info.shape }];
        }),
      ) as unknown as ArrayGradients<I>;
    });
  };
  return { outputs: made.outputs, backward };
}
