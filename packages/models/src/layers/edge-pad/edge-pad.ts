import * as tf from '@tensorflow/tfjs-core';

export type EdgePadMode = 'reflect' | 'replicate';

/** Values to add before and after along one axis. */
export interface EdgePadding {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

function padAxis(x: tf.Tensor4D, axis: 1 | 2, before: number, after: number, mode: EdgePadMode): tf.Tensor4D {
  if (before === 0 && after === 0) return x;
  const size = x.shape[axis];
  if (mode === 'reflect' && Math.max(before, after) >= size) {
    throw new Error(
      `padEdges: reflect padding of ${Math.max(before, after)} along ${axis === 1 ? 'height' : 'width'} needs ` +
        `more than ${Math.max(before, after)} pixels, got ${size}; use a larger image`,
    );
  }
  const pick = (index: number): tf.Tensor4D => {
    const begin: [number, number, number, number] = [0, 0, 0, 0];
    const extent: [number, number, number, number] = [-1, -1, -1, -1];
    begin[axis] = index;
    extent[axis] = 1;
    return tf.slice(x, begin, extent);
  };
  const first = Array.from({ length: before }, (_, i) => pick(mode === 'reflect' ? before - i : 0));
  const last = Array.from({ length: after }, (_, i) => pick(mode === 'reflect' ? size - 2 - i : size - 1));
  return tf.concat([...first, x, ...last], axis);
}

/**
 * Pads an NHWC map by mirroring without repeating the edge (`reflect`: ... 2 1 | 0 1 2 ...) or by repeating it
 * (`replicate`), as PyTorch's padding modes of those names. Made of slices and concatenations, which have gradients
 * on every backend (MirrorPad has none).
 *
 * @throws when a reflection is as long as the image.
 */
export function padEdges(x: tf.Tensor4D, padding: EdgePadding, mode: EdgePadMode): tf.Tensor4D {
  return tf.tidy(() => {
    const rows = padAxis(x, 1, padding.top, padding.bottom, mode);
    const padded = padAxis(rows, 2, padding.left, padding.right, mode);
    return padded === x ? x.clone() : padded;
  });
}

/** Rows or columns missing to the next multiple. */
export function missingToMultiple(size: number, multiple: number): number {
  return (multiple - (size % multiple)) % multiple;
}
