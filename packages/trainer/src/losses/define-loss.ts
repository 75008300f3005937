import type * as tf from '@tensorflow/tfjs-core';
import type { Loss } from './loss.js';

/** What a setting of a loss may be: any number above 0, or a whole one. */
export type LossSettingKind = 'positive' | 'count';

/** What a loss may look at beside prediction and target. */
export interface LossContext {
  /** The first weight of a layer of the network, read at each step. */
  weightOf(layer: string): () => tf.Tensor;
}

/** A loss that configurations can name. */
export interface LossDefinition {
  readonly name: string;
  /** Names of its settings, and what they may be; each has a default of the loss's own. */
  readonly settings: Readonly<Record<string, LossSettingKind>>;
  /** The only network that it works with. */
  readonly model?: string;
  /** Makes it from the settings that are given. */
  make(settings: Readonly<Record<string, number>>, context: LossContext): Loss;
}

/** Names a loss for configurations; `losses.ts` lists the definitions. */
export const defineLoss = (definition: LossDefinition): LossDefinition => definition;
