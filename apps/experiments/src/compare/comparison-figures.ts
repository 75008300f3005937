import { curvesChart } from '../figures/curves.js';
import { parallelCoordinatesChart } from '../figures/parallel-coordinates.js';
import { sceneDifferencesChart } from '../figures/scene-differences.js';
import { bandErrorChart } from '../report/charts.js';
import type { Comparison } from './comparison.js';
import type { ComparedRun } from './open-runs.js';

const valueOf = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text));

/** Settings that differ and the score; undefined where no setting differs or no score is a number. */
export function comparisonParallel({ runs, differences, protocol, metric, better }: Comparison) {
  const entries = runs.map(({ label, own }, i) => ({
    run: label,
    settings: Object.fromEntries([...differences].map(([key, values]) => [key, valueOf(values[i])])),
    score: own.mean[protocol]![metric]!,
  }));
  const finite = entries.filter(({ score }) => Number.isFinite(score));
  return differences.size === 0 || finite.length < 2
    ? undefined
    : parallelCoordinatesChart(finite, { label: metric, better });
}

export function comparisonDifferences({ runs, paired, metric, reference }: Comparison) {
  return sceneDifferencesChart(paired, { metric, reference: runs[reference]!.label });
}

/** Loss and validation of every run; undefined where none was trained by steps. */
export function runCurves(runs: readonly Pick<ComparedRun, 'label' | 'curve'>[]) {
  const curves = runs
    .filter(({ curve }) => curve.length > 1)
    .map(({ label, curve }) => ({ label, run: label, points: curve }));
  return curves.length === 0 ? undefined : curvesChart(curves, 'validation PSNR (dB)');
}

/** RMSE by wavelength of every run's own model; undefined where the bands are not the same in all. */
export function runBandErrors(runs: readonly ComparedRun[]) {
  const errors = runs.flatMap(({ label, models, bandErrors, summary }) =>
    bandErrors
      .filter(({ model }) => model === summary.model || model === models[0]?.title)
      .map((error) => ({ ...error, model: label })),
  );
  const bands = new Set(errors.map(({ wavelengths }) => wavelengths.join(' ')));
  return errors.length === 0 || bands.size > 1 ? undefined : bandErrorChart(errors);
}
