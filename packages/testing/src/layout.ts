/** Reorders a row-major tensor; `axes[i]` is the source axis of result axis i. */
export function permute<T extends Float32Array | Float64Array>(
  data: T,
  shape: readonly number[],
  axes: readonly number[],
): T {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
  const outShape = axes.map((a) => shape[a]!);
  const out = data.slice() as T;
  const index = new Array<number>(axes.length).fill(0);
  for (let o = 0; o < out.length; o++) {
    let source = 0;
    for (let k = 0; k < axes.length; k++) source += index[k]! * strides[axes[k]!]!;
    out[o] = data[source]!;
    for (let k = axes.length - 1; k >= 0; k--) {
      index[k] = index[k]! + 1;
      if (index[k]! < outShape[k]!) break;
      index[k] = 0;
    }
  }
  return out;
}

/** [N, C, H, W] to [N, H, W, C]; `shape` is the NCHW one. */
export function nchwToNhwc<T extends Float32Array | Float64Array>(data: T, shape: readonly number[]): T {
  return permute(data, shape, [0, 2, 3, 1]);
}

/** [N, H, W, C] to [N, C, H, W]; `shape` is the NHWC one. */
export function nhwcToNchw<T extends Float32Array | Float64Array>(data: T, shape: readonly number[]): T {
  return permute(data, shape, [0, 3, 1, 2]);
}
