import type { PatchPlace } from '../batches/batch-source.js';

/** What is known when training has to stop. */
export interface TrainingFailure {
  /** Counted from 1. */
  readonly step: number;
  readonly loss: number;
  readonly lastCheckpoint: string | undefined;
  readonly learningRate: number;
  /** The patches of the batch, where the source names them. */
  readonly patches?: readonly PatchPlace[] | undefined;
  /** Where the first value that is not finite stands, where it was looked for. */
  readonly anomaly?: string | undefined;
}

/** At most this many patches are named in a message; all are in `failure.patches`. */
const SHOWN = 8;

function describePatches(patches: readonly PatchPlace[] | undefined): string {
  if (patches === undefined || patches.length === 0) return '';
  const shown = patches
    .slice(0, SHOWN)
    .map(({ scene, row, column }) => `${scene} (row ${row}, column ${column})`);
  const more = patches.length > SHOWN ? `, and ${patches.length - SHOWN} more` : '';
  return ` The batch: ${shown.join(', ')}${more}.`;
}

const keptAt = (lastCheckpoint: string | undefined) =>
  lastCheckpoint === undefined
    ? 'no checkpoint had been written yet'
    : `the last good checkpoint is ${lastCheckpoint}`;

/** The loss of a step (or, where looked at, a gradient) is NaN or infinite: the weights are spoilt, or the data holds such values. */
export class NonFiniteLossError extends Error {
  override readonly name = 'NonFiniteLossError';
  constructor(readonly failure: TrainingFailure) {
    const { step, loss, learningRate, lastCheckpoint, patches, anomaly } = failure;
    const found = anomaly === undefined ? '' : ` Looked for: ${anomaly}.`;
    const what = Number.isFinite(loss)
      ? `a gradient of step ${step} is not finite`
      : `the loss of step ${step} is ${loss}`;
    super(
      `train: ${what}; training stopped, ${keptAt(lastCheckpoint)}. Usual causes: a learning rate that is too high (it is ${learningRate}), or NaN in the data.${found}${describePatches(patches)}`,
    );
  }
}

/** The loss has grown far above the lowest one of the run. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
  constructor(
    readonly failure: TrainingFailure,
    lowest: number,
    factor: number,
  ) {
    const { step, loss, learningRate, lastCheckpoint, patches } = failure;
    super(
      `train: the loss of step ${step} is ${loss}, more than ${factor} times the lowest of the run (${lowest}); training stopped, ${keptAt(lastCheckpoint)}. Usual causes: a learning rate that is too high (it is ${learningRate}), or no clipping of the gradients.${describePatches(patches)}`,
    );
  }
}
