import {
  gpuLimits,
  joined,
  part,
  registerWebgpu,
  release,
  sizeOf,
  type GpuLimits,
  type WebgpuBackend,
  type WebgpuKernels,
} from '@prismamba/backend/internal';
import type { Infos, Operator } from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';

/**
 * How a tensor meets a cut: it has a part for every row, one for every group of rows, or is whole in each piece (weights, whose
 * gradients are then added up).
 */
export type CutKind = 'rows' | 'groups' | 'whole';

/** How the call of an operator is cut where a binding of the device does not hold it. */
export interface Cut {
  /** What can be computed apart from the rest: tokens, sequences, samples. */
  readonly rows: number;
  /** Numbers of a row in the largest array that a shader binds. */
  readonly width: number;
  /** A piece has whole groups (samples), or lies in one of them; 1 unless stated. */
  readonly groups?: number;
  /** Of the inputs that are not whole; of a list, each. Outputs and their gradients have a part for every row. */
  readonly kinds: Readonly<Record<string, CutKind | readonly CutKind[]>>;
}

/** A run of the `of` rows or groups, and the groups that it has or lies in. */
interface Piece {
  readonly of: number;
  readonly first: number;
  readonly count: number;
  readonly groups: { readonly of: number; readonly first: number; readonly count: number };
}

type Run = Pick<Piece, 'of' | 'first' | 'count'>;
type Entry = tf.TensorInfo | readonly tf.TensorInfo[] | undefined;
type Entries = Readonly<Record<string, Entry>>;

const runs = (of: number, most: number): Run[] =>
  Array.from({ length: Math.ceil(of / most) }, (_, i) => ({
    of,
    first: i * most,
    count: Math.min(most, of - i * most),
  }));

/** The pieces that fit a binding; one where all of it fits. */
export function piecesOf(gpu: WebgpuBackend, { rows, width, groups = 1 }: Cut): Piece[] {
  const most = Math.max(1, Math.floor(gpuLimits(gpu).maxStorageBufferBindingSize / (4 * width)));
  const each = rows / groups;
  if (most >= each) {
    return runs(groups, Math.floor(most / each)).map((run) => ({ ...run, groups: run }));
  }
  return Array.from({ length: groups }, (_, first) =>
    runs(each, most).map((run) => ({
      of: rows,
      first: first * each + run.first,
      count: run.count,
      groups: { of: groups, first, count: 1 },
    })),
  ).flat();
}

/** The axes in front that make the rows become one, in its place; those behind them stay. */
function cutShape(shape: readonly number[], { of, count }: Run): number[] {
  let product = shape[0]!;
  let axis = 1;
  while (product % of !== 0) product *= shape[axis++]!;
  return [...Array<number>(axis - 1).fill(1), (product / of) * count, ...shape.slice(axis)];
}

/** The shape of a result, from that of a piece and of an input with the same rows: their first axis, or all axes but the last. */
const wholeShape = (like: readonly number[], rows: number, piece: readonly number[]): number[] =>
  like[0]! % rows === 0 ? [like[0]!, ...piece.slice(1)] : [...like.slice(0, -1), piece.at(-1)!];

function cutInfo(gpu: WebgpuBackend, info: tf.TensorInfo, run: Run): tf.TensorInfo {
  const each = sizeOf(info) / run.of;
  return part(gpu, info, run.first * each, cutShape(info.shape, run));
}

/** a + b by TensorFlow.js's AddN. */
export const addArrays = (gpu: WebgpuBackend, a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo =>
  tf.getKernel('AddN', 'webgpu').kernelFunc({
    inputs: [a, b] as never,
    attrs: {},
    backend: gpu,
  }) as tf.TensorInfo;

/** The same, and gives both back. */
function added(gpu: WebgpuBackend, a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo {
  const sum = addArrays(gpu, a, b);
  release(gpu, [a, b]);
  return sum;
}

const listOf = (entry: Entry): readonly (tf.TensorInfo | undefined)[] =>
  Array.isArray(entry) ? (entry as readonly tf.TensorInfo[]) : [entry as tf.TensorInfo | undefined];

/** Applies `change` to a tensor or to each of a list. */
function mapEntry(
  entry: Entry,
  change: (info: tf.TensorInfo | undefined, i: number) => tf.TensorInfo | undefined,
): Entry {
  const changed = listOf(entry).map(change);
  return Array.isArray(entry) ? (changed as readonly tf.TensorInfo[]) : changed[0];
}

const kindOf = (cut: Cut, name: string, i: number): CutKind => {
  const kind = cut.kinds[name] ?? 'whole';
  return typeof kind === 'string' ? kind : kind[i]!;
};

/** What a piece reads: parts of its own, which `done` gives back, and what is whole. */
function takePiece(gpu: WebgpuBackend, piece: Piece) {
  const own: tf.TensorInfo[] = [];
  const take = (entries: Entries, kind: (name: string, i: number) => CutKind): Entries =>
    Object.fromEntries(
      Object.entries(entries).map(([name, entry]) => [
        name,
        mapEntry(entry, (info, i) => {
          const which = kind(name, i);
          if (info === undefined || sizeOf(info) === 0 || which === 'whole') return info;
          own.push(cutInfo(gpu, info, which === 'rows' ? piece : piece.groups));
          return own.at(-1);
        }),
      ]),
    );
  return { take, done: () => release(gpu, own) };
}

/** Pieces one behind the other; those of the same group are added up first where they are of groups. Gives them back. */
function putTogether(
  gpu: WebgpuBackend,
  kind: CutKind,
  pieces: readonly Piece[],
  parts: readonly tf.TensorInfo[],
  shapeOf: (part: tf.TensorInfo) => readonly number[],
): tf.TensorInfo {
  const add = (a: tf.TensorInfo, b: tf.TensorInfo) => added(gpu, a, b);
  if (kind === 'whole') return parts.reduce(add);
  let all = parts;
  if (kind === 'groups') {
    const byGroup = new Map<number, tf.TensorInfo>();
    for (const [i, info] of parts.entries()) {
      const { first } = pieces[i]!.groups;
      const before = byGroup.get(first);
      byGroup.set(first, before === undefined ? info : add(before, info));
    }
    all = [...byGroup.values()];
  }
  const whole = joined(gpu, all, shapeOf(parts[0]!));
  release(gpu, all);
  return whole;
}

/** The results of all pieces, under their names. */
function collect(
  gpu: WebgpuBackend,
  pieces: readonly Piece[],
  rows: number,
  results: readonly Entries[],
  kind: (name: string, i: number) => CutKind,
  like: (name: string, i: number) => tf.TensorInfo,
): Entries {
  return Object.fromEntries(
    Object.entries(results[0]!).map(([name, entry]) => [
      name,
      mapEntry(entry, (first, i) => {
        const parts = results.map((result) => listOf(result[name])[i]!);
        if (first === undefined) return first;
        if (sizeOf(first) === 0) {
          release(gpu, parts.slice(1));
          return first;
        }
        const shape = (piece: tf.TensorInfo) => wholeShape(like(name, i).shape, rows, piece.shape);
        return putTogether(gpu, kind(name, i), pieces, parts, shape);
      }),
    ]),
  );
}

/**
 * Registers kernels that are called in pieces where a binding of the device does not hold all rows, and as they are where it does.
 * `outputRows` is the input whose rows the outputs have. A piece records nothing: what a gradient would find
 * is computed again.
 */
export function registerInPieces<I extends object, A extends object, O extends object, K extends string>(
  operator: Operator<I, A, O, K>,
  {
    cut,
    outputRows,
    forward,
    backward,
    ...rest
  }: WebgpuKernels<I, A, O, K> & {
    readonly cut: (inputs: Infos<I>, attributes: A, limits: GpuLimits) => Cut;
    readonly outputRows: keyof I & string;
  },
): void {
  registerWebgpu(operator, {
    ...rest,

    forward(gpu, call) {
      const how = cut(call.inputs, call.attributes, gpuLimits(gpu));
      const pieces = piecesOf(gpu, how);
      if (pieces.length === 1) return forward(gpu, call);
      const inputs = call.inputs as unknown as Entries;
      const results = pieces.map((piece) => {
        const { take, done } = takePiece(gpu, piece);
        const own = take(inputs, (name, i) => kindOf(how, name, i)) as unknown as Infos<I>;
        const result = forward(gpu, { ...call, inputs: own, recording: false });
        done();
        return result;
      });
      const like = () => inputs[outputRows] as tf.TensorInfo;
      return collect(gpu, pieces, how.rows, results, () => 'rows', like) as ReturnType<typeof forward>;
    },

    ...(backward === undefined
      ? {}
      : {
          backward(gpu, call) {
            const how = cut(call.inputs, call.attributes, gpuLimits(gpu));
            const pieces = piecesOf(gpu, how);
            if (pieces.length === 1) return backward(gpu, call);
            const inputs = call.inputs as unknown as Entries;
            const kind = (name: string, i: number) => kindOf(how, name, i);
            const results = pieces.map((piece) => {
              const { take, done } = takePiece(gpu, piece);
              const own = {
                ...call,
                inputs: take(inputs, kind) as unknown as typeof call.inputs,
                upstream: take(call.upstream, () => 'rows') as typeof call.upstream,
              };
              const result = backward(gpu, own);
              done();
              return result;
            });
            const like = (name: string, i: number) => listOf(inputs[name])[i]!;
            return collect(gpu, pieces, how.rows, results, kind, like) as ReturnType<typeof backward>;
          },
        }),
  });
}
