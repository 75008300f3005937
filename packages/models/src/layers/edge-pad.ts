import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

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

const grow = (size: number | null | undefined, amount: number) =>
  size === null || size === undefined ? null : size + amount;

/** The same padding on all four sides. */
export class EdgePad extends tfl.layers.Layer {
  static readonly className = 'EdgePad';
  readonly padding: number;
  readonly mode: EdgePadMode;

  constructor(args: { name?: string; padding: number; mode: EdgePadMode }) {
    super(args);
    this.padding = args.padding;
    this.mode = args.mode;
  }

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    const [batch, height, width, channels] = shape;
    return [batch!, grow(height, 2 * this.padding), grow(width, 2 * this.padding), channels!];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
    const p = this.padding;
    return padEdges(x, { top: p, bottom: p, left: p, right: p }, this.mode);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), padding: this.padding, mode: this.mode };
  }
}
tf.serialization.registerClass(EdgePad);

/** Reflects at the bottom and right until height and width are multiples of `multiple`. */
export class PadToMultiple extends tfl.layers.Layer {
  static readonly className = 'PadToMultiple';
  readonly multiple: number;

  constructor(args: { name?: string; multiple: number }) {
    super(args);
    this.multiple = args.multiple;
  }

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    const up = (size: number | null | undefined) =>
      size === null || size === undefined ? null : size + missingToMultiple(size, this.multiple);
    return [shape[0]!, up(shape[1]), up(shape[2]), shape[3]!];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
    const bottom = missingToMultiple(x.shape[1], this.multiple);
    const right = missingToMultiple(x.shape[2], this.multiple);
    return padEdges(x, { top: 0, bottom, left: 0, right }, 'reflect');
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), multiple: this.multiple };
  }
}
tf.serialization.registerClass(PadToMultiple);

/** Cuts the first input's bottom and right to the height and width of the second. */
export class CropLike extends tfl.layers.Layer {
  static readonly className = 'CropLike';

  override computeOutputShape(shapes: tfl.Shape[]): tfl.Shape {
    const [of, like] = shapes as [tfl.Shape, tfl.Shape];
    return [of[0]!, like[1]!, like[2]!, of[3]!];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x, like] = inputs as [tf.Tensor4D, tf.Tensor4D];
    if (x.shape[1] === like.shape[1] && x.shape[2] === like.shape[2]) return x.clone();
    return tf.slice(x, [0, 0, 0, 0], [-1, like.shape[1], like.shape[2], -1]);
  }
}
tf.serialization.registerClass(CropLike);
