import * as tf from '@tensorflow/tfjs-core';

/** Samples a (top left), b (top right), c (bottom left), e (bottom right) of every 2x2 cell, halved. */
type Cell = [a: tf.Tensor, b: tf.Tensor, c: tf.Tensor, e: tf.Tensor];

/** (p+q) + (r+s), (p+q) - (r+s), (p-q) + (r-s), (p-q) - (r-s): the transform and, the same, its inverse. */
function butterfly([p, q, r, s]: Cell): Cell {
  const [sumTop, sumBottom] = [tf.add(p, q), tf.add(r, s)];
  const [differenceTop, differenceBottom] = [tf.sub(p, q), tf.sub(r, s)];
  return [
    tf.add(sumTop, sumBottom),
    tf.sub(sumTop, sumBottom),
    tf.add(differenceTop, differenceBottom),
    tf.sub(differenceTop, differenceBottom),
  ];
}

/** The Haar transform out of TensorFlow.js operators. */
export function haarDwtComposed(x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, height, width, channels] = x.shape;
    const even = tf.pad(x, [
      [0, 0],
      [0, height % 2],
      [0, width % 2],
      [0, 0],
    ]);
    const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
    const cells = tf.mul(tf.reshape(even, [batch * rows, 2, columns, 2 * channels]), 0.5);
    const sample = (i: number, j: number) =>
      tf.reshape(tf.slice(cells, [0, i, 0, j * channels], [-1, 1, -1, channels]), [
        batch,
        rows,
        columns,
        channels,
      ]);
    return tf.concat(butterfly([sample(0, 0), sample(0, 1), sample(1, 0), sample(1, 1)]), 3) as tf.Tensor4D;
  });
}

/** The inverse out of TensorFlow.js operators, cropped to [height, width]. */
export function haarIdwtComposed(y: tf.Tensor4D, [height, width]: readonly [number, number]): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, rows, columns, channels4] = y.shape;
    const channels = channels4 / 4;
    const [ll, lh, hl, hh] = tf.split(tf.mul(y, 0.5), 4, 3) as Cell;
    // a = (LL+LH) + (HL+HH), b = (LL+LH) - (HL+HH), c = (LL-LH) + (HL-HH), e = (LL-LH) - (HL-HH), each halved
    const [a, b, c, e] = butterfly([ll, lh, hl, hh]);
    const top = tf.concat([a, b], 3); // [B, H/2, W/2, 2C]
    const bottom = tf.concat([c, e], 3);
    const cells = tf.stack([top, bottom], 2); // [B, H/2, 2, W/2, 2C]
    const map = tf.reshape(cells, [batch, 2 * rows, 2 * columns, channels]);
    return tf.slice(map, [0, 0, 0, 0], [batch, height, width, channels]) as tf.Tensor4D;
  });
}
