import { srgbToLinear } from '@prismamba/datasets';
import { imageSize } from 'image-size';
import { checkMemory } from './memory.js';
import type { PhotoInfo } from './messages.js';

/** A photo as the shipped weights take it: linear light, [height, width, 3] in [0, 1]. */
export interface LoadedPhoto {
  readonly info: PhotoInfo;
  readonly rgb: Float32Array;
}

/** Linear light of the 256 codes. */
const linear = Float32Array.from({ length: 256 }, (_, code) => srgbToLinear(code / 255));

/** Sides up to which all browsers decode pictures. */
const MOST_BROWSERS = 16_384;

const HEIC = /^(heic|heix|hevc|mif1|msf1)$/;

/** What a file is that the browser cannot show, from its first bytes. */
function explain(head: Uint8Array): string {
  const text = String.fromCharCode(...head);
  if (head.length === 0) return 'the file is empty';
  if (HEIC.test(text.slice(8, 12)))
    return 'it is HEIC, which this browser does not read: export it as JPEG first';
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) {
    return 'it is TIFF or a raw photo, which browsers do not read: export it as PNG or JPEG, or use the command line';
  }
  return 'it is no picture that this browser reads (PNG, JPEG, WebP, AVIF, GIF, BMP)';
}

/** What a picture's header is looked for in: large enough for the previews and profiles that cameras put before it. */
const HEAD_BYTES = 2 ** 19;

/** Pixels by the file's header, before anything is decoded; undefined where it does not say, or is cut. */
async function sizeByHeader(file: Blob): Promise<{ width: number; height: number } | undefined> {
  try {
    return imageSize(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()));
  } catch {
    return undefined;
  }
}

/** Bytes of a decoded picture: the browser's own, and of the smaller one its codes twice and its linear light. */
const bytesFor = (decoded: number, kept: number) => 4 * decoded + (4 + 4 + 12) * kept;

/**
 * Decodes a picture as the browser does: upright, its colour profile applied, in sRGB codes of 8 bits, which are turned into
 * linear light. Larger pictures than `largest` pixels are made smaller first, which is said.
 *
 * @throws Error where it is too large for the memory (before any is taken), or the browser cannot decode it; says why
 */
export async function openPhoto(file: Blob, name: string, largest: number): Promise<LoadedPhoto> {
  const header = await sizeByHeader(file);
  if (header !== undefined) {
    const pixels = header.width * header.height;
    checkMemory(
      `${name} (${header.width} x ${header.height} pixels)`,
      bytesFor(pixels, Math.min(pixels, largest)),
      'Make it smaller in another program, or choose a smaller “largest picture”.',
    );
  }
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: 'from-image', premultiplyAlpha: 'none' });
  } catch (cause) {
    if (header !== undefined && Math.max(header.width, header.height) > MOST_BROWSERS)
      throw new Error(
        `${name}: ${header.width} x ${header.height} pixels are more than this browser decodes: make it smaller in another program.`,
        { cause },
      );
    const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
    throw new Error(`${name}: ${explain(head)}.`, { cause });
  }
  try {
    const pixels = bitmap.width * bitmap.height;
    const factor = Math.min(1, Math.sqrt(largest / pixels));
    const width = Math.max(1, Math.floor(bitmap.width * factor));
    const height = Math.max(1, Math.floor(bitmap.height * factor));
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { colorSpace: 'srgb', willReadFrequently: true })!;
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const rgb = new Float32Array(3 * width * height);
    let isTransparent = false;
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) rgb[3 * i + c] = linear[data[4 * i + c]!]!;
      if (data[4 * i + 3]! < 255) isTransparent = true;
    }
    const notes = [
      'Taken as sRGB, decoded to linear light.',
      ...(factor < 1
        ? [
            `Made smaller: ${bitmap.width} x ${bitmap.height} to ${width} x ${height} pixels (see “largest picture”).`,
          ]
        : []),
      ...(isTransparent ? ['Its transparency is left out.'] : []),
    ];
    return { rgb, info: { name, height, width, notes } };
  } finally {
    bitmap.close();
  }
}
