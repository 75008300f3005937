import type { Random } from '@prismamba/core';

/** A channels-last image while RGB is being formed; float64 between the steps. */
export interface FloatImage {
  readonly data: Float64Array | Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * Compresses 8-bit RGB to JPEG and decodes it again: what the file format does to the pixels.
 * The browser-safe core has no codec; `@prismamba/datasets/node` exports one (`jpegRoundTrip`).
 */
export type JpegRoundTrip = (
  rgb: Uint8Array,
  size: { readonly height: number; readonly width: number },
  quality: number,
) => Promise<Uint8Array>;

/** What a step may use beside the image. Randomness comes from here and from nowhere else. */
export interface RgbContext {
  readonly random: Random;
  /** nm of the cube's bands. */
  readonly wavelengths: readonly number[];
  readonly jpeg?: JpegRoundTrip;
}

/** One operation on the way from a cube to an RGB image. */
export interface RgbStep {
  readonly name: string;
  /** With every constant, for logs and reports. */
  readonly description: string;
  /**
   * True where a pixel of the result depends on that pixel alone (no noise, no neighbours, no image mean), so that
   * the RGB of a region equals the region of the RGB.
   */
  readonly pointwise: boolean;
  apply(image: FloatImage, context: RgbContext): FloatImage | Promise<FloatImage>;
}

/** An ordered list of steps under a name. */
export interface RgbRecipe {
  readonly name: string;
  readonly description: string;
  /** What is assumed because nobody published it; printed when the recipe is used. */
  readonly assumptions: readonly string[];
  readonly steps: readonly RgbStep[];
}

/** True where every step of the recipe is pointwise. */
export function isPointwise(recipe: RgbRecipe): boolean {
  return recipe.steps.every((step) => step.pointwise);
}
