import type { Metadata } from 'sharp';
import { DatasetError } from '../dataset-error.js';
import { supportedImages, unsupportedImage } from './image-kind.js';
import { exifFirst } from './png-chunks.js';

/** Pixels of a picture, rows from the top, R, G, B interleaved. */
export interface DecodedImage {
  readonly data: Uint8Array | Uint16Array;
  readonly height: number;
  readonly width: number;
  /** Largest code: 255 or 65535. */
  readonly largest: 255 | 65535;
  readonly metadata: Metadata;
  /** What a user should know about the file. */
  readonly notes: readonly string[];
}

/** sharp decodes no larger pictures, in millions (0x3fff squared). */
const LARGEST_PIXELS = 268;

const formats: readonly string[] = ['png', 'jpeg', 'tiff', 'webp', 'heif'];

/** Bytes between the segments of a JPEG belong to no pixel; every other warning of the decoder means damage. */
const harmless =
  /^(read gave \d+ warnings|VipsJpeg: Corrupt JPEG data: \d+ extraneous bytes before marker 0x\w+)$/;

/**
 * Decodes a picture to R, G, B of 8 bits, or of 16 where the file has them.
 *
 * @param options `upright`: rows and columns are turned as the orientation tag says. `profile`: colours are converted from the
 *   embedded profile, where there is one, to sRGB; otherwise the profile is ignored.
 * @throws DatasetError naming the file: another format, damage, floating point
 */
export async function decodeImage(
  file: Uint8Array,
  path: string,
  options: { readonly upright: boolean; readonly profile: boolean },
): Promise<DecodedImage> {
  const bytes = exifFirst(file);
  const other = unsupportedImage(bytes);
  if (other !== undefined) {
    throw new DatasetError(`${path}: this is a ${other} file; supported are ${supportedImages}: convert it`);
  }
  // Loaded when the first picture is decoded: it takes long, and many programs that read data sets decode none.
  const { default: sharp } = await import('sharp');
  const warnings: string[] = [];
  let metadata: Metadata;
  let image;
  let largest: 255 | 65535;
  try {
    metadata = await sharp(bytes).metadata();
    const depth = String(metadata.depth);
    if (!formats.includes(metadata.format ?? '')) {
      throw new DatasetError(`this is a ${metadata.format ?? 'unknown'} file`);
    }
    if (depth !== 'uchar' && depth !== 'ushort') {
      throw new DatasetError(
        `its values are of the type ${depth}; wanted 8 or 16 bits a channel: save it as 16-bit TIFF or PNG`,
      );
    }
    largest = depth === 'ushort' ? 65535 : 255;
    const reader = sharp(bytes, { failOn: 'error', ignoreIcc: !options.profile });
    reader.on('warning', (text: string) => warnings.push(...text.trim().split('\n')));
    image = await (options.upright ? reader.autoOrient() : reader)
      .removeAlpha()
      .toColourspace(largest === 255 ? 'srgb' : 'rgb16')
      .raw({ depth: largest === 255 ? 'uchar' : 'ushort' })
      .toBuffer({ resolveWithObject: true });
  } catch (cause) {
    const why = cause instanceof Error ? [...new Set(cause.message.split('\n'))].join('; ') : String(cause);
    if (why.includes('exceeds pixel limit')) {
      throw new DatasetError(
        `${path}: has more than ${LARGEST_PIXELS} million pixels, which its decoder refuses; cut it into parts or make it smaller`,
        { cause },
      );
    }
    throw new DatasetError(`${path}: cannot be read as an image: ${why}; supported are ${supportedImages}`, {
      cause,
    });
  }
  const damage = warnings.find((warning) => !harmless.test(warning));
  if (damage !== undefined) throw new DatasetError(`${path}: the image data is damaged: ${damage}`);
  const { data, info } = image;
  if (info.channels !== 3) {
    throw new DatasetError(`${path}: decoding gave ${info.channels} channels, wanted R, G and B`);
  }
  const { buffer, byteOffset, byteLength } = data;
  const pixels =
    largest === 255
      ? new Uint8Array(buffer, byteOffset, byteLength)
      : new Uint16Array(buffer.slice(byteOffset, byteOffset + byteLength));
  return {
    data: pixels,
    height: info.height,
    width: info.width,
    largest,
    metadata,
    notes: [
      ...((metadata.pages ?? 1) > 1 && metadata.format !== 'heif'
        ? [`the first of its ${metadata.pages} pictures`]
        : []),
      ...(metadata.space === 'cmyk' ? ['converted from CMYK, which no camera writes'] : []),
      ...(isGrey(pixels) ? ['grey: R = G = B in every pixel, so its spectra are guesses'] : []),
      ...(warnings.some((warning) => warning.includes('extraneous'))
        ? ['stray bytes between its segments are skipped']
        : []),
    ],
  };
}

/** Whether the three values of every pixel are equal. */
function isGrey(data: Uint8Array | Uint16Array): boolean {
  for (let i = 0; i < data.length; i += 3) {
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
  }
  return true;
}
