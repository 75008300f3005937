import type { NdArray } from '@prismamba/formats';
import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { z } from 'zod';
import type { StateEntry } from './state-dict/state-entry.js';

/** What a model's paper is, and whose network this is. */
export interface PaperReference {
  readonly title: string;
  readonly authors: string;
  readonly venue: string;
  readonly url?: string;
}

export interface BuildOptions {
  /** Every initial value follows from this number and the official name of the weight. */
  readonly seed: number;
}

/** Pixels for models that are fitted in closed form: row-major [count, 3] and [count, bands]. */
export interface PixelBatch {
  readonly rgb: Float32Array;
  readonly cube: Float32Array;
  readonly count: number;
}

/**
 * One value inside the network under its official name (`name#call2` is the second call of a shared module)
 * that is not simply the output of the layer of that name.
 */
export interface Tap {
  readonly name: string;
  /** Symbolic tensors of the model that the value is made of. */
  readonly from: readonly tfl.SymbolicTensor[];
  /** How; the first of `from` unless stated. */
  readonly compute?: (...values: tf.Tensor[]) => tf.Tensor;
}

/** What a model is known for beyond its shape; the conformance suite checks it. */
export interface ModelTraits {
  /** Smallest height and width; 1 unless stated. */
  readonly minimumSize?: number;
  /** Height and width must be a multiple of this (no padding inside); 1 unless stated. */
  readonly sizeMultiple?: number;
  /** Whether a sample's output depends on the others of its batch (GMSR-Net's global min and max). */
  readonly mixesBatch?: boolean;
}

/**
 * One contract for all models: being registered is being tested (`registry.test.ts` runs its conformance
 * suite over every definition).
 *
 * A model maps RGB [B, H, W, 3] in [0, 1] to reflectance or radiance [B, H, W, bands]; NHWC, float32, no clamp
 * unless its folder's README says otherwise.
 */
export interface ModelDefinition<Config extends object = object> {
  /** Registry key and folder name, for instance `gmsr-net`. */
  readonly key: string;
  /** Name as printed in papers and tables, for instance `GMSR-Net`. */
  readonly title: string;
  readonly paper: PaperReference;
  /** Strict schema with every default filled in; `config.parse({})` is the official network. */
  readonly config: z.ZodType<Config>;
  /** Trained by gradient steps, or solved at once from pixel pairs. */
  readonly fit: 'gradient' | 'closed-form';
  /** Learnt parameters of the official network, dead ones included. */
  readonly parameters: number;
  /**
   * Settings of a network that runs in milliseconds and has every part of the official one (several stages, shared
   * layers, batch statistics, dead and aliased entries): for tests and first tries.
   */
  readonly small: Partial<Config>;
  readonly traits?: ModelTraits;
  build(config: Config, options: BuildOptions): tfl.LayersModel;
  /** Every entry of the official state dictionary, in the official order (buffers, dead and aliased ones too). */
  stateDict(config: Config): readonly StateEntry[];
  /** Brings weights of another form of the network (RepCPSI as trained) into the form that `config` builds. */
  adaptWeights?(tensors: ReadonlyMap<string, NdArray>, config: Config): ReadonlyMap<string, NdArray>;
  /** Values inside the network under their official names; layers of the same name are found without it. */
  taps?(model: tfl.LayersModel, config: Config): readonly Tap[];
  /** Only where `fit` is `closed-form`: solves the weights of a built model in place. */
  fitPixels?(model: tfl.LayersModel, config: Config, pixels: AsyncIterable<PixelBatch>): Promise<void>;
}
