import { nearestNames } from '@prismamba/core';
import { parseCameraList } from '@prismamba/datasets';
import type { NamedRecipe, PhotoSpec } from '@prismamba/datasets/node';
import { readFileBytesSync } from '@prismamba/formats/node';
import { basename } from 'node:path';
import type { LoadedExperiment } from '../config/load-experiment.js';

/** The photo augmentation of an experiment as plain data, with the cameras of its CSV file; undefined where it has none. */
export function photoSpec(experiment: LoadedExperiment): PhotoSpec | undefined {
  const config = experiment.config.patches.photo;
  if (config === undefined) return undefined;
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
  const cameras = tables.filter(({ name }) => !config.exclude.includes(name));
  if (cameras.length === 0 && config.synthetic_cameras < 1) {
    throw experiment.error(
      [...path, 'cameras'],
      'no measured camera is left; name a CSV file, or set synthetic_cameras to 1',
    );
  }
  const { electrons, read_sigma: readSigma, jpeg_quality: jpegQuality } = config;
  return {
    kind: 'photo',
    cameras,
    syntheticCameras: config.synthetic_cameras,
    illuminants: config.illuminants,
    exposure: config.exposure,
    ...(electrons === undefined ? {} : { electrons }),
    ...(readSigma === undefined ? {} : { readSigma }),
    ...(jpegQuality === undefined ? {} : { jpegQuality }),
    jpegPart: config.jpeg_part,
  };
}

/** The exposure augmentation of an experiment whose RGB follows from the cubes; undefined where it has none. */
export function exposureSpec(
  experiment: LoadedExperiment,
  recipe: NamedRecipe | undefined,
): PhotoSpec | undefined {
  const { patches } = experiment.config;
  const { exposure } = patches;
  if (exposure === undefined) return undefined;
  const path = ['patches', 'exposure'];
  if (patches.photo !== undefined)
    throw experiment.error(path, 'patches.photo has an exposure of its own; give one of them');
  if (recipe === undefined)
    throw experiment.error(path, "the images of 'rgb: files' cannot be formed anew at another exposure");
  if (exposure[0] > exposure[1] || exposure[0] === 0) {
    const got = `[${exposure.join(', ')}] is no range`;
    throw experiment.error(path, `${got}; wanted 0 < low <= high, such as [0.4, 1.5]`);
  }
  return { kind: 'exposure', recipe, exposure };
}
