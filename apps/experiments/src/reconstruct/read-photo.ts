import { readPng } from '@prismamba/formats';
import { readFileBytes } from '@prismamba/formats/node';
import type { RgbImage } from '@prismamba/trainer';
import { UserError } from '../user-error.js';

/** A PNG or JPEG as RGB in [0, 1]: values divided by the largest code of the file, as the papers do; no linearisation. */
export async function readPhoto(path: string): Promise<RgbImage> {
  const bytes = await readFileBytes(path);
  return bytes[0] === 0x89 ? readPngPhoto(bytes, path) : readOtherPhoto(bytes, path);
}

function readPngPhoto(bytes: Uint8Array, path: string): RgbImage {
  const { width, height, channels, bitDepth, data } = readPng(bytes, { name: path });
  const largest = 2 ** bitDepth - 1;
  const colours = channels >= 3;
  const rgb = new Float32Array(width * height * 3);
  for (let p = 0; p < width * height; p++) {
    for (let c = 0; c < 3; c++) rgb[3 * p + c] = data[p * channels + (colours ? c : 0)]! / largest;
  }
  return { data: rgb, height, width };
}

async function readOtherPhoto(bytes: Uint8Array, path: string): Promise<RgbImage> {
  const { default: sharp } = await import('sharp');
  try {
    const { data, info } = await sharp(bytes, { failOn: 'warning' })
      .autoOrient()
      .removeAlpha()
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    // A plain loop: Float32Array.from would collect 36 million numbers of a large photo in a list first, 0.5 GB.
    const rgb = new Float32Array(data.length);
    for (let i = 0; i < data.length; i++) rgb[i] = data[i]! / 255;
    return { data: rgb, height: info.height, width: info.width };
  } catch (error) {
    throw new UserError(
      `${path}: cannot be read as an image: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
