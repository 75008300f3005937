import { INPUT_CHANNELS } from '../bands.js';
import type { PixelBatch } from '../model-definition.js';

/** @throws when the arrays do not hold `count` pixels, or hold values that are not finite. */
export function checkPixelBatch(model: string, bands: number, batch: PixelBatch): void {
  const { rgb, cube, count } = batch;
  if (
    !Number.isInteger(count) ||
    count < 0 ||
    rgb.length !== count * INPUT_CHANNELS ||
    cube.length !== count * bands
  ) {
    throw new Error(
      `fitPixels: ${model}: got count ${count} with ${rgb.length} rgb and ${cube.length} cube values, wanted ` +
        `count * ${INPUT_CHANNELS} and count * ${bands}`,
    );
  }
  for (const [name, values, channels] of [
    ['rgb', rgb, INPUT_CHANNELS],
    ['cube', cube, bands],
  ] as const) {
    const bad = values.findIndex((v) => !Number.isFinite(v));
    if (bad >= 0) {
      throw new Error(
        `fitPixels: ${model}: ${name} of pixel ${Math.floor(bad / channels)} is ${values[bad]}, wanted finite values`,
      );
    }
  }
}
