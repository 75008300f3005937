import { agdDegradation, agdRankIntended, agdRankReleased } from './agd-rank-loss.js';
import { charbonnier } from './charbonnier-loss.js';
import type { LossDefinition } from './define-loss.js';
import { l1 } from './l1-loss.js';
import { mrae } from './mrae-loss.js';
import { mse } from './mse-loss.js';
import { sam } from './sam-loss.js';

/** Every loss that an experiment can name, in the order of messages and of the schema. */
export const losses: readonly LossDefinition[] = [
  l1,
  mse,
  mrae,
  charbonnier,
  sam,
  agdRankReleased,
  agdRankIntended,
  agdDegradation,
];
