import type * as tfl from '@tensorflow/tfjs-layers';
import { z } from 'zod';

/** Bands of every network of the papers: 400 to 700 nm every 10 nm. */
export const OUTPUT_BANDS = 31;
/** Channels of the input: red, green, blue. */
export const INPUT_CHANNELS = 3;

/** The setting `bands` of a network whose architecture leaves the number of its bands open. */
export const bandsSetting = z.int().min(1).max(4096).default(OUTPUT_BANDS);

/** The same setting where the architecture fixes it: another number is an error that says why. */
export const fixedBands = (reason: string) =>
  z
    .int()
    .refine((bands) => bands === OUTPUT_BANDS, {
      error: `it has ${OUTPUT_BANDS} bands and no other number, because ${reason}; every other model takes \`bands\``,
    })
    .default(OUTPUT_BANDS);

/** Bands of the cubes that a built model makes. */
export function outputBands(model: tfl.LayersModel): number {
  return model.outputs[0]!.shape[3]!;
}
