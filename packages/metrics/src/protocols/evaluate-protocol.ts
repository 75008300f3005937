import { checkPair, clipCube, cropCube, type Cube, MetricArgumentError } from '../cube.js';
import { darkPixelMask } from '../mask.js';
import { metricOf } from '../metrics.js';
import type { Protocol, ProtocolColumn } from './protocol.js';
import { getProtocol } from './protocols.js';

/** Scores of one scene by column name, in the protocol's order. */
export type Scores = Readonly<Record<string, number>>;

export interface EvaluateOptions {
  /** One value a pixel of the uncropped image; pixels with 0 are left out (for example Harvard's `lbl`). */
  readonly mask?: Uint8Array | undefined;
  /** In place of the protocol's own: pixels whose mean true value is below are left out. */
  readonly darkThreshold?: number | null;
}

/**
 * Scores one reconstruction under a protocol, in its order: crop, clip, mask, then each column. Columns that need
 * wavelengths are left out where `truth.wavelengths` is absent.
 *
 * @param protocol a name ('standard', 'gmsr-official', 'mst-official', 'ntire2022') or a protocol of your own, for
 *   example `{ ...getProtocol('mst-official'), name: 'mst-full', crop: 0 }`
 * @throws MetricArgumentError for an unknown name (with the nearest one), cubes of different or wrong shape, an image
 *   that the crop or a window does not fit into
 */
export function evaluateProtocol(
  protocol: string | Protocol,
  truth: Cube,
  reconstruction: Cube,
  options: EvaluateOptions = {},
): Scores {
  const {
    crop,
    clip,
    columns,
    darkThreshold: ownThreshold,
    name,
  } = typeof protocol === 'string' ? getProtocol(protocol) : protocol;
  checkPair(`evaluateProtocol '${name}'`, truth, reconstruction, options.mask);
  if (crop > 0 && (truth.height <= 2 * crop || truth.width <= 2 * crop)) {
    throw new MetricArgumentError(
      `evaluateProtocol: protocol '${name}' scores [${crop}:-${crop}] of both sides, but the image is ` +
        `${truth.height} x ${truth.width}; use 'standard', or the protocol with a smaller crop.`,
    );
  }
  const y = cropCube(truth, crop);
  const cropped = cropCube(reconstruction, crop);
  const x = clip === null ? cropped : clipCube(cropped, clip);
  const threshold = options.darkThreshold === undefined ? ownThreshold : options.darkThreshold;
  const mask = combinedMask(truth, y, crop, options.mask, threshold);

  const scores: Record<string, number> = {};
  for (const column of columns) {
    if (metricOf(column.metric).needsWavelengths === true && truth.wavelengths === undefined) continue;
    scores[column.key] = scoreColumn(column, y, x, mask);
  }
  return scores;
}

function scoreColumn(column: ProtocolColumn, truth: Cube, reconstruction: Cube, mask?: Uint8Array): number {
  return metricOf(column.metric).compute(truth, reconstruction, { ...column.options, mask });
}

/** The caller's mask, cropped as the cubes are, without the dark pixels; undefined when everything counts. */
function combinedMask(
  whole: Cube,
  cropped: Cube,
  crop: number,
  mask: Uint8Array | undefined,
  darkThreshold: number | null,
): Uint8Array | undefined {
  if (mask === undefined && darkThreshold === null) return undefined;
  const { height, width } = cropped;
  const combined =
    darkThreshold === null ? new Uint8Array(height * width).fill(1) : darkPixelMask(cropped, darkThreshold);
  if (mask === undefined) return combined;
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      if (mask[(i + crop) * whole.width + j + crop] === 0) combined[i * width + j] = 0;
    }
  }
  return combined;
}
