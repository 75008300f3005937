/**
 * Eleven samples of viridis (matplotlib, CC0) from 0 to 1: dark blue for no error to yellow; its lightness grows
 * evenly, so that it reads in grey and for colour-blind eyes.
 */
const VIRIDIS = [
  [68, 1, 84],
  [72, 36, 117],
  [65, 68, 135],
  [53, 95, 141],
  [42, 120, 142],
  [33, 145, 140],
  [34, 168, 132],
  [68, 191, 112],
  [122, 209, 81],
  [189, 223, 38],
  [253, 231, 37],
] as const;

/** The colour of values above the scale: one that viridis does not have. */
export const ABOVE_SCALE = '#ff2d55';
const ABOVE_RGB = [0xff, 0x2d, 0x55] as const;

/** Values 0 ... `largest` as RGB bytes; larger ones have the colour {@link ABOVE_SCALE}, NaN is white. */
export function colourMap(values: ArrayLike<number>, largest: number): Uint8Array {
  const out = new Uint8Array(values.length * 3);
  const scale = largest > 0 ? (VIRIDIS.length - 1) / largest : 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      out.fill(255, 3 * i, 3 * i + 3);
      continue;
    }
    if (value > largest) {
      out.set(ABOVE_RGB, 3 * i);
      continue;
    }
    const position = Math.min(VIRIDIS.length - 1, Math.max(0, value * scale));
    const low = Math.min(VIRIDIS.length - 2, Math.floor(position));
    const part = position - low;
    for (let c = 0; c < 3; c++) {
      out[3 * i + c] = Math.round(VIRIDIS[low]![c]! * (1 - part) + VIRIDIS[low + 1]![c]! * part);
    }
  }
  return out;
}

/** The samples of the scale as CSS colours, from 0 upwards. */
export const colourStops = VIRIDIS.map((rgb) => `rgb(${rgb.join(',')})`);
