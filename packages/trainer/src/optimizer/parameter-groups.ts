/** Settings of the weights whose name matches; what is not given is the optimizer's own. */
export interface ParameterGroup {
  /** Tried on a weight's name (`layer/weight`); the first group that matches counts. */
  readonly match: RegExp;
  readonly weightDecay?: number;
  /** Factor of the learning rate; 0 freezes the weights. */
  readonly rateFactor?: number;
}

export interface WeightSettings {
  readonly weightDecay: number;
  readonly rateFactor: number;
}

/**
 * Weights that decay would spoil: A_log and D of a state-space model, norms, biases, step-size biases, and factors of one
 * value a channel (as Mamba's and timm's training code leave them out).
 */
export const NO_DECAY =
  /(^|[./_])(A_logs?|Ds?|dt_projs_bias|bias|beta|gamma|skip_scale2?|rescale)$|(norm|ln_\d)[^/]*[./](weight|gamma)$/;

/** What an optimizer does with each weight, looked up once a name. */
export function weightSettings(
  caller: string,
  weightDecay: number,
  groups: readonly ParameterGroup[],
): (name: string) => WeightSettings {
  if (!(weightDecay >= 0)) throw new RangeError(`${caller}: weightDecay is ${weightDecay}, wanted 0 or more`);
  for (const group of groups) {
    const { weightDecay: decay = 0, rateFactor = 1 } = group;
    if (!(decay >= 0) || !(rateFactor >= 0)) {
      throw new RangeError(
        `${caller}: group ${String(group.match)}: weightDecay ${decay} and rateFactor ${rateFactor}, wanted 0 or more`,
      );
    }
  }
  const known = new Map<string, WeightSettings>();
  return (name) => {
    let settings = known.get(name);
    if (settings === undefined) {
      const group = groups.find(({ match }) => match.test(name));
      settings = { weightDecay: group?.weightDecay ?? weightDecay, rateFactor: group?.rateFactor ?? 1 };
      known.set(name, settings);
    }
    return settings;
  };
}
