/* Intervals around a reconstruction, from the spread of the self-ensemble. */
import { intervalScale } from '@prismamba/weights';

/** Symmetries of the ensemble. */
export const ENSEMBLE = 8;

/** Ratios |error| / scale of one scene, by band. */
export function ratios(
  truth: Float32Array,
  mean: Float32Array,
  spread: Float32Array,
  bands: number,
): Float32Array[] {
  const pixels = truth.length / bands;
  return Array.from({ length: bands }, (_, band) =>
    Float32Array.from({ length: pixels }, (_unused, pixel) => {
      const at = pixel * bands + band;
      return Math.abs(truth[at]! - mean[at]!) / intervalScale(mean[at]!, spread[at]!);
    }),
  );
}

/** The value below which a part of the values lies. */
function quantile(values: Float32Array, part: number): number {
  const sorted = Float32Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)]!;
}

/** The part of values at or below a limit. */
const partBelow = (values: Float32Array, limit: number) =>
  values.reduce((sum, value) => sum + (value <= limit ? 1 : 0), 0) / values.length;

/** All values of several scenes, by band. */
const together = (scenes: readonly (readonly Float32Array[])[]): Float32Array[] =>
  scenes[0]!.map((_, band) => {
    const parts = scenes.map((scene) => scene[band]!);
    const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  });

/**
 * Factors by band at which intervals contain a part of the values of a scene that they were not calibrated on: the quantiles over
 * all scenes, times what the scene wants that is worst served by the quantiles of the others. With few scenes the next one is as
 * likely as not to be like that one.
 *
 * @param scenes ratios of at least two scenes, by band
 */
export function calibrateFactors(scenes: readonly (readonly Float32Array[])[], level: number): number[] {
  const quantiles = (some: readonly (readonly Float32Array[])[]) =>
    together(some).map((values) => quantile(values, level));
  const wanted = scenes.map((scene, i) => {
    const others = quantiles(scenes.filter((_, k) => k !== i));
    const relative = scene.map((values, band) => values.map((value) => value / others[band]!));
    return quantile(together(relative.map((values) => [values]))[0]!, level);
  });
  const more = Math.max(1, ...wanted);
  return quantiles(scenes).map((factor) => more * factor);
}

/** The part of values inside their intervals, by band. */
export const coverageByBand = (
  scenes: readonly (readonly Float32Array[])[],
  factors: readonly number[],
): number[] => together(scenes).map((values, band) => partBelow(values, factors[band]!));
