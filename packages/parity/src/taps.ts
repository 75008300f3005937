import type { NdArray } from '@prismamba/formats';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Tap } from '@prismamba/models';
import { golden } from './forward.js';
import { nchwValues, nhwcTensor } from './layout.js';
import { measure, relativeError, type ParityMeasure } from './measure.js';

/** The layer of a tap's name (`name#call2`: its second call) as a tap, where the model has it. */
function layerTap(model: tfl.LayersModel, name: string): Tap | undefined {
  const [layerName, call] = name.split('#call') as [string, string | undefined];
  const layer = model.layers.find((l) => l.name === layerName);
  if (layer === undefined) return undefined;
  const output = layer.getOutputAt(call === undefined ? 0 : Number(call) - 1);
  return { name, from: Array.isArray(output) ? output : [output] };
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

/** Our values in the golden array's order: as they are where the shapes agree, otherwise from NHWC to NCHW. */
async function inGoldenOrder(
  tensor: tf.Tensor,
  wanted: readonly number[],
): Promise<Float32Array | undefined> {
  if (sameShape(tensor.shape, wanted)) return (await tensor.data()) as Float32Array;
  const [n, h, w, c] = tensor.shape;
  return tensor.rank === 4 && sameShape([n, c!, h!, w!], wanted) ? nchwValues(tensor) : undefined;
}

export interface TapComparison {
  readonly taps: readonly ParityMeasure[];
  /** Golden taps for which the model has neither a layer nor a definition. */
  readonly missing: readonly string[];
}

/** Compares every array of `intermediate.npz` with the value of that name inside the model. */
export async function compareTaps(
  model: tfl.LayersModel,
  defined: readonly Tap[],
  intermediate: ReadonlyMap<string, NdArray>,
  limit: number,
): Promise<TapComparison> {
  const taps: Tap[] = [];
  const missing: string[] = [];
  for (const name of intermediate.keys()) {
    if (name === 'x') continue;
    const tap =
      name === 'y'
        ? { name, from: model.outputs }
        : (defined.find((t) => t.name === name) ?? layerTap(model, name));
    if (tap === undefined) missing.push(name);
    else taps.push(tap);
  }
  // Two taps may be the same tensor (a module that ends with its last layer), but a model's outputs must differ.
  const from = [...new Set(taps.flatMap((tap) => tap.from))];
  // This second view of the same layers is not disposed: it owns no weights of its own.
  const view = tfl.model({ inputs: model.inputs, outputs: from });
  const values = tf.tidy(() => {
    const x = nhwcTensor(golden(intermediate, 'x', 'intermediate.npz'));
    const applied = view.apply(x, { training: false }) as tf.Tensor | tf.Tensor[];
    const outputs = Array.isArray(applied) ? applied : [applied];
    return taps.map((tap) => {
      const inputs = tap.from.map((tensor) => outputs[from.indexOf(tensor)]!);
      return tap.compute === undefined ? inputs[0]! : tap.compute(...inputs);
    });
  });
  const measures: ParityMeasure[] = [];
  for (const [i, tap] of taps.entries()) {
    const wanted = golden(intermediate, tap.name, 'intermediate.npz');
    const got = await inGoldenOrder(values[i]!, wanted.shape);
    measures.push(
      got === undefined
        ? measure(
            tap.name,
            Infinity,
            limit,
            `shape [${values[i]!.shape.join(', ')}], wanted [${wanted.shape.join(', ')}]`,
          )
        : measure(tap.name, relativeError(got, wanted.data as Float32Array), limit),
    );
  }
  tf.dispose(values);
  return { taps: measures, missing };
}
