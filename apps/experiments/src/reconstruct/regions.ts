import { usageError } from '../user-error.js';

/** A rectangle of pixels whose spectra are wanted; `x` is the column, `y` the row, both from 0 at the top left. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** `12,30` is a pixel, `12,30,5,5` a region of 5 x 5 pixels whose corner it is. */
export function parseRegion(text: string): Region {
  const numbers = text.split(',').map(Number);
  const [x, y, width = 1, height = 1] = numbers;
  const whole = numbers.every((value) => Number.isInteger(value) && value >= 0);
  if (!whole || (numbers.length !== 2 && numbers.length !== 4) || width < 1 || height < 1) {
    throw usageError(
      `--at ${text}: wanted x,y of a pixel or x,y,width,height of a region, in whole pixels from 0 at the top left`,
    );
  }
  return { x: x!, y: y!, width, height };
}

export const regionName = ({ x, y, width, height }: Region) =>
  width === 1 && height === 1 ? `${x},${y}` : `${x},${y},${width},${height}`;

/** @throws for a region that leaves the image. */
export function checkRegion(
  region: Region,
  image: { readonly width: number; readonly height: number },
): void {
  const { x, y, width, height } = region;
  if (x + width <= image.width && y + height <= image.height) return;
  throw usageError(
    `--at ${regionName(region)}: leaves the image of ${image.width} x ${image.height} pixels (width x height); ` +
      `x goes from 0 to ${image.width - 1}, y from 0 to ${image.height - 1}`,
  );
}
