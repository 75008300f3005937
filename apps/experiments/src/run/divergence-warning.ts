/** A batch may be ten times as hard as another; a loss so far above the lowest one is that of a run which goes astray. */
const FACTOR = 100;

/**
 * Says once that the loss has left all that it had reached, and what to do about it: a long run need not be watched.
 *
 * @param lowest the lowest loss of a step so far, where the run goes on from a checkpoint
 */
export function divergenceWarning(say: (text: string) => void, lowest = Infinity) {
  let said = false;
  return ({ step, loss }: { readonly step: number; readonly loss: number }): void => {
    if (!said && loss > FACTOR * lowest) {
      said = true;
      say(
        `\nwarning: the loss of step ${step} is ${loss.toPrecision(3)}, more than ${FACTOR} times the lowest one (${lowest.toPrecision(3)}): the run may ` +
          'be going astray. Try a smaller training.schedule.learning_rate or training.clip_norm; with ' +
          `training.divergence_factor: ${FACTOR} such a run stops by itself\n`,
      );
    }
    lowest = Math.min(lowest, loss);
  };
}
