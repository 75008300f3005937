import { formRgb } from '../rgb-formation/form-rgb.js';
import { linearToSrgb } from '../photo/srgb.js';
import { srgb } from '../rgb-formation/cie.js';
import type { Scene } from '../scene.js';

/** 8-bit RGB pixels, row-major. */
export interface Thumbnail {
  readonly data: Buffer;
  readonly height: number;
  readonly width: number;
}

/** Small pictures of one scene. */
export interface SceneThumbnails {
  /** The RGB image that a network sees. */
  readonly rgb: Thumbnail;
  /** The cube rendered with the CIE 1931 observer under D65. */
  readonly colour: Thumbnail;
  /** One grey picture a band, all with one exposure. */
  readonly bands: readonly Thumbnail[];
  /** The value that is white in the RGB image, and the one that is white in the cube's pictures. */
  readonly white: { readonly rgb: number; readonly cube: number };
}

/** The value below which `share` of the sampled values lie; at most about 100,000 are looked at. */
function percentile(values: Float32Array, share: number): number {
  const step = Math.max(1, Math.floor(values.length / 100_000));
  const sample = Float32Array.from({ length: Math.ceil(values.length / step) }, (_, i) => values[i * step]!);
  sample.sort();
  return sample[Math.min(sample.length - 1, Math.floor(share * sample.length))] ?? 0;
}

/** The gain that makes all but the brightest half percent fit into [0, 1]. */
function exposure(values: Float32Array): number {
  const white = percentile(values, 0.995);
  return white > 0 ? 1 / white : 1;
}

/** Linear light to an 8-bit code by the sRGB transfer function (IEC 61966-2-1). */
export function toCode(value: number): number {
  const v = Math.min(1, Math.max(0, value));
  return Math.round(255 * linearToSrgb(v));
}

async function fit(
  pixels: Uint8Array,
  channels: 1 | 3,
  scene: { readonly height: number; readonly width: number },
  size: number,
): Promise<Thumbnail> {
  const { default: sharp } = await import('sharp');
  const { data, info } = await sharp(pixels, {
    raw: { width: scene.width, height: scene.height, channels },
  })
    .resize(size, size, { fit: 'inside', kernel: scene.width < size ? 'nearest' : 'lanczos3' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: info.channels === 3 ? data : greyToRgb(data), height: info.height, width: info.width };
}

function greyToRgb(grey: Buffer): Buffer {
  const rgb = Buffer.alloc(grey.length * 3);
  for (let i = 0; i < grey.length; i++) rgb.fill(grey[i]!, i * 3, i * 3 + 3);
  return rgb;
}

/** Pictures at most `size` pixels high and wide; bands at most `bandSize`. Each is exposed on its own. */
export async function sceneThumbnails(
  scene: Scene,
  size: number,
  bandSize: number,
): Promise<SceneThumbnails> {
  const { cube, rgb, wavelengths } = scene;
  const gain = exposure(cube);
  const bright = cube.map((value) => value * gain);
  const colour = await formRgb({ ...scene, data: bright }, srgb(), { wavelengths });
  const rgbGain = exposure(rgb);
  const bands: Thumbnail[] = [];
  const pixels = scene.height * scene.width;
  for (let band = 0; band < wavelengths.length; band++) {
    const grey = Uint8Array.from({ length: pixels }, (_, i) =>
      toCode(bright[i * wavelengths.length + band]!),
    );
    bands.push(await fit(grey, 1, scene, bandSize));
  }
  return {
    rgb: await fit(
      Uint8Array.from(rgb, (value) => toCode(value * rgbGain)),
      3,
      scene,
      size,
    ),
    colour: await fit(
      Uint8Array.from(colour, (value) => Math.round(255 * value)),
      3,
      scene,
      size,
    ),
    bands,
    white: { rgb: 1 / rgbGain, cube: 1 / gain },
  };
}
