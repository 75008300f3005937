import { colorChecker } from '@prismamba/datasets';
import { usageError } from '../user-error.js';

/* Where the 24 patches of a ColorChecker lie in a photo. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The outer corners of the patches: at dark skin, bluish green, black, white; so clockwise from the top left of an upright chart. */
export type ChartCorners = readonly [Point, Point, Point, Point];

const [COLUMNS, ROWS] = [6, 4];
/** Of a cell, the share along each side that is looked at: gaps and blurred edges stay outside, and corners need not be exact. */
const INNER = 0.4;
/** A mean of fewer pixels is mostly noise. */
const LEAST_PIXELS = 4;

/** One patch in a photo. */
export interface ChartPatch {
  readonly name: string;
  /** Indices y * width + x of its pixels, row by row. */
  readonly pixels: readonly number[];
}

/** `x0,y0,x1,y1,x2,y2,x3,y3` in pixels. */
export function parseCorners(text: string): ChartCorners {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (numbers.length !== 8 || !numbers.every(Number.isFinite)) {
    throw usageError(
      `--chart ${text}: wanted x0,y0,x1,y1,x2,y2,x3,y3 in pixels: the outer corners at the patches dark skin, bluish green, black and white`,
    );
  }
  const point = (i: number): Point => ({ x: numbers[2 * i]!, y: numbers[2 * i + 1]! });
  return [point(0), point(1), point(2), point(3)];
}

/** Twice the area of a triangle, positive where a, b, c go clockwise (y points down). */
const turn = (a: Point, b: Point, c: Point) => (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);

/**
 * The projective map from the unit square, (0, 0), (1, 0), (1, 1), (0, 1), to four points: P. Heckbert, "Fundamentals of Texture
 * Mapping and Image Warping", 1989, section 2.2.3.
 */
function projection([p0, p1, p2, p3]: ChartCorners): (u: number, v: number) => Point {
  const [dx1, dy1] = [p1.x - p2.x, p1.y - p2.y];
  const [dx2, dy2] = [p3.x - p2.x, p3.y - p2.y];
  const [sx, sy] = [p0.x - p1.x + p2.x - p3.x, p0.y - p1.y + p2.y - p3.y];
  const det = dx1 * dy2 - dx2 * dy1;
  const g = (sx * dy2 - dx2 * sy) / det;
  const h = (dx1 * sy - sx * dy1) / det;
  const [a, b] = [p1.x - p0.x + g * p1.x, p3.x - p0.x + h * p3.x];
  const [d, e] = [p1.y - p0.y + g * p1.y, p3.y - p0.y + h * p3.y];
  return (u, v) => {
    const w = g * u + h * v + 1;
    return { x: (a * u + b * v + p0.x) / w, y: (d * u + e * v + p0.y) / w };
  };
}

/** Indices of the pixels whose centres lie in a convex quadrilateral. */
function pixelsInside(quad: ChartCorners, width: number): number[] {
  const [xs, ys] = [quad.map(({ x }) => x), quad.map(({ y }) => y)];
  const pixels: number[] = [];
  for (let y = Math.floor(Math.min(...ys)); y <= Math.max(...ys); y++) {
    for (let x = Math.floor(Math.min(...xs)); x <= Math.max(...xs); x++) {
      const centre = { x: x + 0.5, y: y + 0.5 };
      const signs = quad.map((corner, i) => Math.sign(turn(corner, quad[(i + 1) % 4]!, centre)));
      if (!(signs.includes(1) && signs.includes(-1))) pixels.push(y * width + x);
    }
  }
  return pixels;
}

/**
 * The patches of a chart between its corners, dark skin first, row by row.
 *
 * @throws UserError: corners outside the photo, no convex quadrilateral, patches of too few pixels
 */
export function chartPatches(
  corners: ChartCorners,
  image: { readonly width: number; readonly height: number },
): ChartPatch[] {
  const text = corners.map(({ x, y }) => `${x},${y}`).join(',');
  const outside = corners.find(({ x, y }) => x < 0 || y < 0 || x > image.width || y > image.height);
  if (outside !== undefined) {
    throw usageError(
      `--chart ${text}: ${outside.x},${outside.y} lies outside the photo of ${image.width} x ${image.height} pixels (width x height)`,
    );
  }
  const turns = corners.map((corner, i) =>
    Math.sign(turn(corner, corners[(i + 1) % 4]!, corners[(i + 2) % 4]!)),
  );
  if (Math.abs(turns.reduce((sum, sign) => sum + sign, 0)) !== 4) {
    throw usageError(
      `--chart ${text}: these corners are no convex quadrilateral; name them around the chart, not across`,
    );
  }
  const at = projection(corners);
  return Object.keys(colorChecker.columns).map((name, i) => {
    const [column, row] = [i % COLUMNS, Math.floor(i / COLUMNS)];
    const side = (1 - INNER) / 2;
    const [left, right] = [(column + side) / COLUMNS, (column + 1 - side) / COLUMNS];
    const [top, bottom] = [(row + side) / ROWS, (row + 1 - side) / ROWS];
    const pixels = pixelsInside(
      [at(left, top), at(right, top), at(right, bottom), at(left, bottom)],
      image.width,
    );
    if (pixels.length < LEAST_PIXELS) {
      throw usageError(
        `--chart ${text}: the inner part of '${name}' has ${pixels.length} pixels, wanted ${LEAST_PIXELS} or more; the chart is too small in this photo`,
      );
    }
    return { name, pixels };
  });
}
