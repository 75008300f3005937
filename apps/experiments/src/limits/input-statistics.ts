import type { RgbImage } from '@prismamba/trainer';

/* What weights saw of colours, as numbers that an image can be compared with. */

/** Darker pixels have no colour to speak of: the sum of their channels, linear light. */
const DARK = 0.06;
/** The plane of the shares of red and green in so many steps, at so many brightnesses (of the brightest channel). */
const STEPS = 24;
const BRIGHTNESSES = [0.2, 0.6] as const;
export const COLOURS = STEPS * STEPS * (BRIGHTNESSES.length + 1);

export const traitNames = ['red', 'green', 'blue', 'spread'] as const;
export type TraitName = (typeof traitNames)[number];

/** An image in a few numbers. */
export interface ImageTraits {
  /** Mean shares of the channels in the light of a pixel, and the spread of these shares over the image. */
  readonly traits: Readonly<Record<TraitName, number>>;
  /** Which colours it has: the number of pixels in each cell of the plane. */
  readonly colours: Uint32Array;
  /** Pixels that are not dark. */
  readonly pixels: number;
  readonly all: number;
}

export function imageTraits({ data }: Pick<RgbImage, 'data'>): ImageTraits {
  const colours = new Uint32Array(COLOURS);
  const sums = [0, 0, 0];
  const squares = [0, 0, 0];
  let pixels = 0;
  for (let at = 0; at < data.length; at += 3) {
    const rgb = [data[at]!, data[at + 1]!, data[at + 2]!];
    const sum = rgb[0]! + rgb[1]! + rgb[2]!;
    if (!(sum > DARK)) continue;
    pixels++;
    const shares = rgb.map((value) => value / sum);
    shares.forEach((share, c) => {
      sums[c]! += share;
      squares[c]! += share * share;
    });
    const cell = (share: number) => Math.min(STEPS - 1, Math.max(0, Math.floor(share * STEPS)));
    const brightness = BRIGHTNESSES.filter((limit) => Math.max(...rgb) > limit).length;
    colours[(brightness * STEPS + cell(shares[0]!)) * STEPS + cell(shares[1]!)]!++;
  }
  const means = sums.map((sum) => sum / Math.max(1, pixels));
  const variance = squares.reduce((sum, square, c) => sum + square / Math.max(1, pixels) - means[c]! ** 2, 0);
  const [red, green, blue] = means as [number, number, number];
  return {
    traits: { red, green, blue, spread: Math.sqrt(Math.max(0, variance)) },
    colours,
    pixels,
    all: data.length / 3,
  };
}

/** What the images were that weights were trained on. */
export interface InputStatistics {
  /** Of each trait, the range of the middle 98 % of the images: one in a hundred lies below, one above. */
  readonly ranges: Readonly<Record<TraitName, readonly [low: number, high: number]>>;
  /** Cells of the colour plane that hold a part of their pixels, as hexadecimal digits of four cells each. */
  readonly seen: string;
  /** The largest share of pixels in cells that only this one scene has: how new the colours of one more scene may be. */
  readonly newColours: number;
  readonly images: number;
}

/** The part of the images that may lie beyond either end of a range. */
const BEYOND = 0.01;
/** An image of fewer lit pixels is darkness and noise. */
const LEAST_LIT = 0.1;
const isLit = ({ pixels, all }: ImageTraits) => pixels > LEAST_LIT * all;

/** A colour that fewer pixels have is noise. */
const LEAST_SHARE = 1e-5;

function seenBy(images: readonly ImageTraits[]): Uint8Array {
  const total = images.reduce((sum, { pixels }) => sum + pixels, 0);
  return Uint8Array.from({ length: COLOURS }, (_, cell) =>
    images.reduce((sum, { colours }) => sum + colours[cell]!, 0) > LEAST_SHARE * total ? 1 : 0,
  );
}

const unseenShare = ({ colours, pixels }: ImageTraits, seen: ArrayLike<number>) =>
  colours.reduce((sum, count, cell) => sum + (seen[cell] === 0 ? count : 0), 0) / Math.max(1, pixels);

/** Statistics of images, given by scene. */
export function inputStatistics(scenes: readonly (readonly ImageTraits[])[]): InputStatistics {
  const all = scenes.flat().filter(isLit);
  const ranges = Object.fromEntries(
    traitNames.map((name) => {
      const values = all.map(({ traits }) => traits[name]).sort((a, b) => a - b);
      const beyond = Math.floor(BEYOND * values.length);
      return [name, [values[beyond]!, values[values.length - 1 - beyond]!] as const];
    }),
  ) as Record<TraitName, readonly [number, number]>;
  const newColours = scenes.map((own, i) => {
    const others = seenBy(scenes.filter((_, k) => k !== i).flat());
    return Math.max(0, ...own.filter(isLit).map((image) => unseenShare(image, others)));
  });
  const seen = seenBy(all);
  const digits = Array.from({ length: COLOURS / 4 }, (_, i) =>
    [0, 1, 2, 3].reduce((sum, k) => sum + seen[4 * i + k]! * 2 ** k, 0).toString(16),
  );
  return { ranges, seen: digits.join(''), newColours: Math.max(...newColours), images: all.length };
}

const names: Readonly<Record<TraitName, string>> = {
  red: 'share of red',
  green: 'share of green',
  blue: 'share of blue',
  spread: 'variety of colours',
};

/** In which ways an image lies outside what weights saw; empty where it does not. */
export function unlikeTraining(image: Pick<RgbImage, 'data'>, statistics: InputStatistics): string[] {
  const found = imageTraits(image);
  if (!isLit(found))
    return [`${(100 - (100 * found.pixels) / found.all).toFixed(0)} % of it is too dark to have a colour`];
  const outside = traitNames.flatMap((name) => {
    const [low, high] = statistics.ranges[name];
    const value = found.traits[name];
    if (value >= low && value <= high) return [];
    const hint =
      name === 'spread' && value < low
        ? value < 0.01
          ? ' (black-and-white or toned?)'
          : ' (one colour?)'
        : '';
    return [
      `its ${names[name]} is ${value.toFixed(3)}, seen were ${low.toFixed(3)} to ${high.toFixed(3)}${hint}`,
    ];
  });
  const seen = [...statistics.seen].flatMap((digit) =>
    [0, 1, 2, 3].map((k) => (parseInt(digit, 16) >> k) & 1),
  );
  const unseen = unseenShare(found, seen);
  return unseen > statistics.newColours
    ? [
        ...outside,
        `${(100 * unseen).toFixed(0)} % of its pixels have colours that were never seen (in one more training scene at most ${(100 * statistics.newColours).toFixed(0)} %): false colours?`,
      ]
    : outside;
}
