import { sizeOf, type StateEntry, type StateLayout } from './state-entry.js';

/** Axis i of our weight is axis `permutations[layout][i]` of the official tensor. */
const permutations = {
  same: undefined,
  reshape: undefined,
  conv2d: [2, 3, 1, 0],
  depthwise: [2, 3, 0, 1],
  transposed: [2, 3, 1, 0],
  linear: [1, 0],
  pointwise: [1, 0, 2, 3],
} as const satisfies Record<StateLayout, readonly number[] | undefined>;

function permute(data: Float32Array, shape: readonly number[], axes: readonly number[]): Float32Array {
  const strides = shape.map((_, i) => sizeOf(shape.slice(i + 1)));
  const outShape = axes.map((axis) => shape[axis]!);
  const outStrides = axes.map((axis) => strides[axis]!);
  const out = new Float32Array(data.length);
  // The last axis in a loop of its own: networks of 30 million weights are laid out when they are made.
  const outer = axes.length - 1;
  const [count, step] = [outShape[outer]!, outStrides[outer]!];
  const index = new Array<number>(outer).fill(0);
  let start = 0;
  for (let o = 0; o < out.length;) {
    let source = start;
    for (const end = o + count; o < end; o++) {
      out[o] = data[source]!;
      source += step;
    }
    for (let k = outer - 1; k >= 0; k--) {
      start += outStrides[k]!;
      if (++index[k]! < outShape[k]!) break;
      start -= index[k]! * outStrides[k]!;
      index[k] = 0;
    }
  }
  return out;
}

/** Official values in our order. */
export function toOurLayout(data: Float32Array, entry: StateEntry): Float32Array {
  const axes = permutations[entry.layout];
  return axes === undefined ? data : permute(data, entry.shape, axes);
}

/** Our values (weight or gradient) in the official order. */
export function toOfficialLayout(data: Float32Array, entry: StateEntry): Float32Array {
  const axes: readonly number[] | undefined = permutations[entry.layout];
  if (axes === undefined) return data;
  const ourShape = axes.map((axis) => entry.shape[axis]!);
  const inverse = entry.shape.map((_, axis) => axes.indexOf(axis));
  return permute(data, ourShape, inverse);
}

/** Shape that our weight must have, or undefined where the layout leaves it open (`reshape`). */
export function ourShape(entry: StateEntry): readonly number[] | undefined {
  if (entry.layout === 'reshape') return undefined;
  if (entry.layout === 'pointwise') return [entry.shape[1]!, entry.shape[0]!];
  const axes: readonly number[] | undefined = permutations[entry.layout];
  return axes === undefined ? entry.shape : axes.map((axis) => entry.shape[axis]!);
}
