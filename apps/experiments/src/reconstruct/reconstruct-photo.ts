import { extname } from 'node:path';
import { openPhoto, type PhotoColour } from '@prismamba/datasets/node';
import { writeFileAtomic } from '@prismamba/formats/node';
import {
  PredictionError,
  predictInto,
  type ArrayPredictor,
  type PredictionProtocol,
} from '@prismamba/trainer';
import { outputBands } from '@prismamba/models';
import { UserError, usageError } from '../user-error.js';
import { checkWritable } from '../run/check-output.js';
import { formatSeconds } from '../run/progress-bar.js';
import { calibrateByChart, CHART_NOTE, describeCalibration } from '../chart/calibrate-by-chart.js';
import type { ChartCorners } from '../chart/chart-patches.js';
import { ChartSink, chartTable, scorePatches } from '../chart/chart-report.js';
import { unlikeTraining } from '../limits/input-statistics.js';
import { checkCubeFile } from './announce.js';
import { ConsistencySink, type Consistency } from './consistency-sink.js';
import type { OpenCubeFile } from './cube-files.js';
import type { TrainedModel } from './open-trained-model.js';
import { photoForWeights } from './photo-for-weights.js';
import { openIntervals } from './open-intervals.js';
import { PreviewSink } from './preview-sink.js';
import { checkRegion, type Region } from './regions.js';
import { renderingOf } from './rendering.js';
import { writeSpectra } from './spectra-files.js';
import { SpectraSink } from './spectra-sink.js';

/** Ending of the picture beside each cube. */
export const PREVIEW = '.preview.png';

/** `photo.jpg` -> `photo.npy`. */
export const withExtension = (path: string, extension: string) =>
  `${path.slice(0, path.length - extname(path).length)}${extension}`;

export interface PhotoJob {
  readonly photo: string;
  readonly out: string;
  readonly openCube: OpenCubeFile;
  readonly colour: PhotoColour | undefined;
  readonly protocol: PredictionProtocol;
  readonly selfEnsemble: 1 | 2 | 4 | 8;
  readonly regions: readonly Region[];
  /** Move each spectrum so that its rendering is the photo. */
  readonly consistent: boolean;
  /** Also write the half widths of 90 % intervals. */
  readonly uncertainty: boolean;
  /** A colour chart in the photo, from which the camera is calibrated. */
  readonly chart: ChartCorners | undefined;
}

/** In codes of 8 bits, which people have a feeling for; after the projection in parts of 1. */
function describeConsistency({ rms, largest }: Consistency, name: string, enforced: boolean): string {
  return enforced
    ? `consistency: rendered as ${name} the cube is the photo within ${largest.toExponential(1)}`
    : `consistency: rendered as ${name} the cube is off by ${(255 * rms).toFixed(2)} of 255 (root mean square), ${(255 * largest).toFixed(1)} at most; --consistent makes it equal`;
}

/** nm of the bands that weights make. @throws UserError where nobody says them: the cube would be without */
function bandsOfCube({ wavelengths, path, model }: TrainedModel): readonly number[] {
  if (wavelengths !== undefined) return wavelengths;
  throw new UserError(
    `${path}: does not name the wavelengths of its ${outputBands(model)} bands; weights that 'prismamba train' writes do`,
  );
}

/** 400, 410, ... 700; every wavelength where the steps differ. */
function listed(wavelengths: readonly number[]): string {
  const [first, second, third] = wavelengths;
  const step = second! - first!;
  const isEven = wavelengths.every((nm, i) => Math.abs(nm - (first! + i * step)) < 0.01);
  return isEven && third !== undefined
    ? `${first}, ${second}, ... ${wavelengths.at(-1)}`
    : wavelengths.join(', ');
}

/** One photo to a cube, a preview and the spectra that were asked for; the files appear whole or not at all. */
export async function reconstructPhoto(
  job: PhotoJob,
  trained: TrainedModel,
  predictor: ArrayPredictor,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const { photo, out, colour } = job;
  const wavelengths = bandsOfCube(trained);
  checkWritable('--out', out);
  const opened = await openPhoto(photo, colour === undefined ? {} : { colour });
  const least = trained.definition.traits?.minimumSize ?? 1;
  if (Math.min(opened.height, opened.width) < least) {
    throw new UserError(
      `${photo}: has ${opened.width} x ${opened.height} pixels (width x height), ${trained.definition.title} needs at least ${least} x ${least}`,
    );
  }
  for (const region of job.regions) checkRegion(region, opened);
  const { openCube, uncertainty } = job;
  await checkCubeFile({ out, openCube, shape: opened, wavelengths, uncertainty });
  const started = performance.now();
  const taken = photoForWeights(opened, trained.rgb);
  // Only linear light can be compared with a rendering: sRGB codes and files of unknown codes cannot.
  const rendering = trained.rgb === 'linear' ? await renderingOf(trained.recipe, wavelengths) : undefined;
  const chart =
    job.chart === undefined ? undefined : calibrateByChart(job.chart, taken, rendering, wavelengths);
  const image = chart?.image ?? taken;
  const unlike = trained.limits === undefined ? [] : unlikeTraining(image, trained.limits.inputs);
  const file = openCube(out, wavelengths);
  const intervals = uncertainty ? openIntervals(job, trained, wavelengths) : undefined;
  const preview = new PreviewSink(file, wavelengths);
  const spectraSink = new SpectraSink(job.regions, preview);
  const chartSink = chart === undefined ? undefined : new ChartSink(chart.patches, spectraSink);
  const inner = chartSink ?? spectraSink;
  const held =
    rendering === undefined ? undefined : new ConsistencySink(image, rendering, job.consistent, inner);
  if (held === undefined && job.consistent) {
    throw usageError(
      '--consistent: these weights do not take linear light, so there is no rendering to hold them to',
    );
  }
  const means = held ?? inner;
  const sink = intervals?.sink(means) ?? means;
  // A second Ctrl-C ends the process at once: even then no half file stays.
  const discard = () => {
    void file.abort('the process ended');
    void intervals?.file.abort('the process ended');
  };
  process.once('exit', discard);
  try {
    await predictInto(intervals === undefined ? predictor : intervals.predictor(predictor), image, sink, {
      protocol: job.protocol,
      selfEnsemble: intervals === undefined ? job.selfEnsemble : 1,
      onProgress: ({ done, total }) => onProgress(done, total),
      signal,
    });
  } catch (error) {
    if (error instanceof PredictionError)
      throw new PredictionError(`${photo}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    process.off('exit', discard);
  }
  const previewPath = withExtension(out, PREVIEW);
  writeFileAtomic(previewPath, await preview.png());
  const spectra =
    job.regions.length === 0
      ? []
      : await writeSpectra(withExtension(out, ''), spectraSink.spectra(), wavelengths);
  const chartScores =
    chartSink === undefined ? undefined : scorePatches(chart!.patches, chartSink.spectra(), wavelengths);
  return [
    `photo: ${photo}: ${taken.description}`,
    ...(chart === undefined ? [] : describeCalibration(chart.calibration)),
    `${trained.definition.title}: ${image.height} x ${image.width} x ${wavelengths.length} bands, ${listed(wavelengths)} nm, in ${formatSeconds((performance.now() - started) / 1000)}`,
    ...(held === undefined ? [] : [describeConsistency(held.consistency(), rendering!.name, job.consistent)]),
    ...unlike.map((what) => `warning: unlike the images that these weights saw: ${what}`),
    `cube: ${file.files.join(', ')}`,
    ...(intervals === undefined
      ? []
      : [`uncertainty: ${intervals.file.files.join(', ')}: ${intervals.description}`]),
    `preview: ${previewPath}`,
    ...(spectra.length === 0 ? [] : [`spectra: ${spectra.join(', ')}`]),
    ...(chartScores === undefined ? [] : [CHART_NOTE, chartTable(chartScores)]),
    '',
  ].join('\n');
}
