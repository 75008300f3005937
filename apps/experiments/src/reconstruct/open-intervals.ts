import { extname } from 'node:path';
import type { AnyPredictor, ArrayPredictor, CubeSink } from '@prismamba/trainer';
import { selfEnsembleSpread } from '@prismamba/trainer/internal';
import { usageError } from '../user-error.js';
import type { CubeFile, OpenCubeFile } from './cube-files.js';
import type { TrainedModel } from './open-trained-model.js';
import { UncertaintySink } from './uncertainty-sink.js';

/** A file of half widths beside a cube, and how they come to it. */
export interface Intervals {
  readonly file: CubeFile;
  readonly description: string;
  /** The network as an ensemble that also says its spread. */
  predictor(network: AnyPredictor): ArrayPredictor;
  /** Parts what the ensemble says into the cube and its half widths. */
  sink(means: CubeSink): CubeSink;
}

/** @throws UserError for weights whose intervals nobody calibrated */
export function openIntervals(
  { out, openCube }: { readonly out: string; readonly openCube: OpenCubeFile },
  { limits, path }: Pick<TrainedModel, 'limits' | 'path'>,
  wavelengths: readonly number[],
): Intervals {
  if (limits === undefined) {
    throw usageError(
      `--uncertainty: nobody calibrated intervals for the weights '${path}'; those that come with Prismamba have them (prismamba pretrained)`,
    );
  }
  const { factors, symmetries, test } = limits.uncertainty;
  const ending = extname(out);
  const file = openCube(`${out.slice(0, out.length - ending.length)}.uncertainty${ending}`, wavelengths);
  return {
    file,
    description: `half widths of 90 % intervals, which held ${(100 * test).toFixed(0)} % of the values of the test scenes`,
    predictor: (network) => selfEnsembleSpread(network, symmetries as 2 | 4 | 8),
    sink: (means) => new UncertaintySink(factors, means, file),
  };
}
