import type { NdArray } from '@prismamba/formats';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { nchwValues, nhwcTensor } from './layout.js';
import { measure, relativeError, type ParityMeasure } from './measure.js';

/** An array of a golden archive. @throws when it is not there. */
export function golden(archive: ReadonlyMap<string, NdArray>, name: string, file: string): NdArray {
  const array = archive.get(name);
  if (array === undefined) {
    throw new Error(
      `${file}: has no array '${name}'; arrays: ${[...archive.keys()].slice(0, 12).join(', ')}`,
    );
  }
  return array;
}

/** The model's output in NCHW order. */
export async function forward(model: tfl.LayersModel, x: NdArray, training = false): Promise<Float32Array> {
  const y = tf.tidy(() => model.apply(nhwcTensor(x), { training }) as tf.Tensor);
  const values = await nchwValues(y);
  y.dispose();
  return values;
}

/** Compares every `x<i>` of `io.npz` with `y<i>_ref64`. */
export async function compareForward(
  model: tfl.LayersModel,
  io: ReadonlyMap<string, NdArray>,
  limit: number,
): Promise<ParityMeasure[]> {
  const measures: ParityMeasure[] = [];
  for (const [name, x] of io) {
    if (!/^x\d+$/.test(name)) continue;
    const output = name.replace('x', 'y');
    const wanted = golden(io, io.has(`${output}_ref64`) ? `${output}_ref64` : output, 'io.npz');
    const y = await forward(model, x);
    measures.push(
      measure(`${output} [${x.shape.join(', ')}]`, relativeError(y, wanted.data as Float32Array), limit),
    );
  }
  if (measures.length === 0) throw new Error("io.npz: has no input 'x1'");
  return measures;
}
