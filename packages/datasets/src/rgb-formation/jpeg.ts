import { DatasetError } from '../dataset-error.js';
import type { RgbStep } from './rgb-step.js';

/**
 * JPEG compression and decompression of an 8-bit image in [0, 1]. The codec comes with the context: `jpegRoundTrip`
 * of `@prismamba/datasets/node`, or a browser's own.
 */
export function jpegCompression(quality: number): RgbStep {
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
    throw new RangeError(`jpegCompression: quality must be an integer of 1 to 100, got ${quality}`);
  }
  return {
    name: 'jpeg',
    description: `JPEG, quality ${quality}`,
    pointwise: false,
    apply: async (image, { jpeg }) => {
      if (jpeg === undefined) {
        throw new DatasetError(
          'jpegCompression: this recipe needs a JPEG codec; pass jpegRoundTrip of @prismamba/datasets/node as the option jpeg',
        );
      }
      const { data, height, width } = image;
      const bytes = new Uint8Array(data.length);
      for (let i = 0; i < data.length; i++) bytes[i] = Math.round(Math.min(1, Math.max(0, data[i]!)) * 255);
      const decoded = await jpeg(bytes, { height, width }, quality);
      if (decoded.length !== bytes.length) {
        throw new DatasetError(
          `jpegCompression: the codec gave ${decoded.length} values, wanted ${bytes.length}`,
        );
      }
      // Bytes have no NaN, of which they make 0; it stays what it is.
      const out = Float64Array.from(decoded, (value, i) => (Number.isNaN(data[i]) ? NaN : value / 255));
      return { ...image, data: out };
    },
  };
}
