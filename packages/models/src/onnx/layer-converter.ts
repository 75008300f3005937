import type * as tfl from '@tensorflow/tfjs-layers';
import type { GraphBuilder } from './graph-builder.js';

/** One application of a layer that is to become ONNX nodes. */
export interface LayerApplication {
  readonly graph: GraphBuilder;
  readonly name: string;
  /** What the layer says about itself (`getConfig`). */
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of the input tensors, NCHW; the first one is `x`. */
  readonly inputs: readonly string[];
  readonly x: string;
  /** Shape of the first input, NHWC, null where it is free. */
  readonly inputShape: tfl.Shape;
  /** Which output of the layer is wanted; 0 for all layers but those with several. */
  readonly output: number;
}

/** Adds the nodes of one output of a layer and gives the name of that tensor, NCHW. */
export type LayerConverter = (application: LayerApplication) => string;
