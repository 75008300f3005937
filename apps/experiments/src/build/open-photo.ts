import { nearestNames } from '@prismamba/core';
import {
  cameraSensitivities,
  parseCameraList,
  photoAugmentation,
  type PatchPhoto,
} from '@prismamba/datasets';
import { jpegRoundTrip } from '@prismamba/datasets/node';
import { readFileBytesSync } from '@prismamba/formats/node';
import { basename } from 'node:path';
import type { ExperimentConfig } from '../config/experiment-schema.js';
import type { LoadedExperiment } from '../config/load-experiment.js';

type PhotoConfig = NonNullable<ExperimentConfig['patches']['photo']>;

/** The photo augmentation of an experiment, with the cameras of its CSV file. */
export function openPhoto(config: PhotoConfig, experiment: LoadedExperiment): PatchPhoto {
  const path = ['patches', 'photo'];
  const file = config.cameras;
  const tables =
    file === undefined
      ? []
      : parseCameraList(new TextDecoder().decode(readFileBytesSync(file)), { name: basename(file) });
  const names = tables.map(({ name }) => name);
  config.exclude.forEach((name, i) => {
    if (names.includes(name)) return;
    const [nearest] = nearestNames(name, names, 1);
    const hint = nearest === undefined ? '' : `, did you mean '${nearest}'?`;
    throw experiment.error(
      [...path, 'exclude', i],
      `there is no camera '${name}' in ${file ?? 'no file'}${hint}`,
    );
  });
  const cameras = tables
    .filter(({ name }) => !config.exclude.includes(name))
    .map((table) => cameraSensitivities(table));
  if (cameras.length === 0 && config.synthetic_cameras < 1) {
    throw experiment.error(
      [...path, 'cameras'],
      'no measured camera is left; name a CSV file, or set synthetic_cameras to 1',
    );
  }
  const { electrons, read_sigma: readSigma, jpeg_quality: jpegQuality } = config;
  return photoAugmentation({
    cameras,
    syntheticCameras: config.synthetic_cameras,
    illuminants: config.illuminants,
    exposure: config.exposure,
    ...(electrons === undefined ? {} : { electrons }),
    ...(readSigma === undefined ? {} : { readSigma }),
    ...(jpegQuality === undefined ? {} : { jpegQuality }),
    jpegPart: config.jpeg_part,
    jpeg: jpegRoundTrip,
  });
}
