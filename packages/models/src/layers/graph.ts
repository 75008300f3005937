import * as tfl from '@tensorflow/tfjs-layers';

export type Symbolic = tfl.SymbolicTensor;

/** Puts a layer with one output behind symbolic inputs. */
export function apply(layer: tfl.layers.Layer, input: Symbolic | Symbolic[]): Symbolic {
  return layer.apply(input) as Symbolic;
}

export const add = (name: string, ...inputs: Symbolic[]): Symbolic => apply(tfl.layers.add({ name }), inputs);
export const multiply = (name: string, ...inputs: Symbolic[]): Symbolic =>
  apply(tfl.layers.multiply({ name }), inputs);
export const concat = (name: string, ...inputs: Symbolic[]): Symbolic =>
  apply(tfl.layers.concatenate({ name, axis: -1 }), inputs);
export const relu = (name: string, input: Symbolic): Symbolic => apply(tfl.layers.reLU({ name }), input);
export const leakyRelu = (name: string, input: Symbolic, alpha: number): Symbolic =>
  apply(tfl.layers.leakyReLU({ name, alpha }), input);

/** The RGB image [B, H, W, 3] that every network starts from. */
export const rgbInput = (): Symbolic => tfl.input({ shape: [null, null, 3], name: 'rgb' });
