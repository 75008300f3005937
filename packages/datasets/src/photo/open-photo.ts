import { readFileBytes } from '@prismamba/formats/node';
import { DatasetError } from '../dataset-error.js';
import { decodeImage } from './decode-image.js';
import { pngGamma } from './png-chunks.js';
import { linearToSrgb, srgbToLinear } from './srgb.js';

/** What the numbers of a photo are. */
export const photoColours = ['profile', 'srgb', 'linear'] as const;
export type PhotoColour = (typeof photoColours)[number];

export interface OpenPhotoOptions {
  /**
   * `'profile'`: what the embedded colour profile says. `'srgb'`: sRGB codes, whatever a profile says. `'linear'`: linear
   * light. Default: the profile where there is one, else sRGB codes.
   */
  readonly colour?: PhotoColour;
}

/** R, G, B in [0, 1], channels last. */
export interface PhotoValues {
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
  /** One line: format, depth, what its colours were taken to be, what was done to them. */
  readonly description: string;
}

/** A photo whose file was decoded. */
export interface Photo {
  readonly height: number;
  readonly width: number;
  /** Its values as linear light, as nearly all weights expect them, as sRGB codes, or as they are. */
  values(as: 'linear' | 'srgb' | 'stored'): PhotoValues;
}

/**
 * Opens a photo by one rule for all formats: it is turned upright by its orientation tag; 16-bit values stay 16-bit; colours are
 * converted to sRGB by the embedded profile, or taken to be sRGB; then decoded to linear light (IEC 61966-2-1) where that
 * is wanted. Transparency is left out.
 *
 * @throws DatasetError naming the file: another format, damage, no profile where one is asked for
 */
export async function openPhoto(path: string, options: OpenPhotoOptions = {}): Promise<Photo> {
  const { colour } = options;
  if (colour !== undefined && !photoColours.includes(colour)) {
    throw new DatasetError(`openPhoto: colour is '${String(colour)}', wanted ${photoColours.join(', ')}`);
  }
  const bytes = await readFileBytes(path);
  const byProfile = colour === undefined || colour === 'profile';
  const image = await decodeImage(bytes, path, { upright: true, profile: byProfile });
  const { metadata, largest, height, width } = image;
  const profile = metadata.icc === undefined ? undefined : profileName(metadata.icc);
  if (colour === 'profile' && profile === undefined) {
    throw new DatasetError(
      `openPhoto: ${path} has no colour profile; take 'srgb' or 'linear' for what its values are`,
    );
  }
  const [source, taken] = sourceOf(colour, profile, pngGamma(bytes));
  const { orientation = 1, hasAlpha, format } = metadata;
  return {
    height,
    width,
    values(as) {
      const changes = as !== 'stored' && as !== source;
      const table = Float32Array.from({ length: largest + 1 }, (_, code) => {
        const value = code / largest;
        if (!changes) return value;
        return as === 'linear' ? srgbToLinear(value) : linearToSrgb(value);
      });
      // A plain loop: Float32Array.from would collect 36 million numbers of a large photo in a list first, 0.5 GB.
      const data = new Float32Array(image.data.length);
      for (let i = 0; i < data.length; i++) data[i] = table[image.data[i]!]!;
      const description = [
        `${(format ?? '').toUpperCase()} of ${largest === 255 ? 8 : 16} bits`,
        ...(orientation > 1 ? [`turned by its orientation tag (${orientation})`] : []),
        taken,
        ...(changes ? [as === 'linear' ? 'decoded to linear light' : 'encoded as sRGB'] : []),
        ...(hasAlpha === true ? ['transparency left out'] : []),
        ...image.notes,
      ].join(', ');
      return { data, height, width, description };
    },
  };
}

/** What the decoded values are, and how that is known. */
function sourceOf(
  colour: PhotoColour | undefined,
  profile: string | undefined,
  gamma: number | undefined,
): readonly ['linear' | 'srgb', string] {
  if (colour === 'linear') return ['linear', 'taken as linear light, as told'];
  if (colour === 'srgb') return ['srgb', 'taken as sRGB, as told'];
  if (profile !== undefined) return ['srgb', `converted from its profile '${profile}' to sRGB`];
  if (gamma !== undefined && Math.abs(gamma - 1) < 0.01) return ['linear', 'linear light by its gAMA chunk'];
  if (gamma !== undefined && Math.abs(gamma - 1 / 2.2) > 0.02)
    return ['srgb', `taken as sRGB although its gAMA chunk says ${gamma}`];
  return ['srgb', 'taken as sRGB (it has no colour profile)'];
}

/** Description of an ICC profile (tag `desc`), for messages. */
function profileName(icc: Uint8Array): string {
  const view = new DataView(icc.buffer, icc.byteOffset, icc.byteLength);
  const text = (from: number, length: number) => String.fromCharCode(...icc.subarray(from, from + length));
  for (let entry = 132; entry + 12 <= icc.length && entry < 132 + 12 * 100; entry += 12) {
    if (text(entry, 4) !== 'desc') continue;
    const at = view.getUint32(entry + 4);
    if (at + 28 > icc.length) break;
    if (text(at, 4) === 'desc') return text(at + 12, Math.min(100, view.getUint32(at + 8))).split('\0')[0]!;
    if (text(at, 4) === 'mluc') {
      const [length, offset] = [view.getUint32(at + 20), at + view.getUint32(at + 24)];
      if (offset + length > icc.length) break;
      return new TextDecoder('utf-16be').decode(icc.subarray(offset, offset + Math.min(200, length)));
    }
  }
  return 'without a name';
}
