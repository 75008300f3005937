/**
 * Ways to read an image as sequences. Direction 0 is row-major (h outer, w inner), 1 column-major, 2 and 3 are 0 and 1
 * reversed along L (VMamba, arXiv 2401.10166, section 4: cross-scan). `bidirectional` has 0 and 2, `unidirectional` 0.
 */
export const SCAN_DIRECTIONS = {
  cross: [0, 1, 2, 3],
  bidirectional: [0, 2],
  unidirectional: [0],
} as const satisfies Record<string, readonly number[]>;

export type ScanMode = keyof typeof SCAN_DIRECTIONS;

export function directionsOf(caller: string, mode: ScanMode): readonly number[] {
  const directions = SCAN_DIRECTIONS[mode];
  if (directions === undefined) {
    throw new Error(
      `${caller}: mode: got '${String(mode)}', wanted one of ${Object.keys(SCAN_DIRECTIONS).join(', ')}`,
    );
  }
  return directions;
}

/** Row-major pixel index of token t of a direction. */
export function pixelOfToken(direction: number, t: number, height: number, width: number): number {
  const forward = direction >= 2 ? height * width - 1 - t : t;
  if (direction % 2 === 0) return forward;
  return (forward % height) * width + Math.floor(forward / height);
}
