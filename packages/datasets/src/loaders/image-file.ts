import { readPng } from '@prismamba/formats';
import { readFileBytes } from '@prismamba/formats/node';
import { DatasetError } from '../dataset-error.js';
import { decodeImage } from '../photo/decode-image.js';

/** Channels-last RGB, values divided by the largest code of the file (255 or 65535). */
export interface RgbFile {
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
}

/**
 * A PNG (8 or 16 bit) or JPEG as R, G, B in [0, 1]. Neither orientation tags nor colour profiles are applied: the
 * pixels must stay where and what they are beside the cube.
 *
 * @throws DatasetError naming the file
 */
export async function readRgbFile(path: string, context: string): Promise<RgbFile> {
  try {
    const bytes = await readFileBytes(path);
    const { data, height, width, channels, largest } =
      bytes[0] === 0x89 ? pngPixels(bytes, path) : await otherPixels(bytes, path);
    if (channels < 3) {
      throw new DatasetError(`${path} is a grey image (${channels} channels), wanted RGB`);
    }
    const rgb = new Float32Array(height * width * 3);
    for (let pixel = 0; pixel < height * width; pixel++) {
      for (let c = 0; c < 3; c++) rgb[pixel * 3 + c] = data[pixel * channels + c]! / largest;
    }
    return { data: rgb, height, width };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError(`${context}: ${why.includes(path) ? why : `${path}: ${why}`}`, { cause });
  }
}

function pngPixels(bytes: Uint8Array, path: string) {
  const image = readPng(bytes, { name: path });
  return { ...image, largest: 2 ** image.bitDepth - 1 };
}

async function otherPixels(bytes: Uint8Array, path: string) {
  const image = await decodeImage(bytes, path, { upright: false, profile: false });
  const stored = image.metadata.channels;
  if (stored < 3) throw new DatasetError(`${path} is a grey image (${stored} channels), wanted RGB`);
  return { ...image, channels: 3 };
}

/** Min-max normalisation of an image, all channels together, as MST++ trains on NTIRE2022. A flat image becomes 0. */
export function minMaxRgb(rgb: Float32Array): Float32Array {
  let low = Infinity;
  let high = -Infinity;
  for (const value of rgb) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const range = high - low;
  return rgb.map((value) => (range > 0 ? (value - low) / range : 0));
}
