/** Tokens of a chunk of the scans. */
const CHUNK = 64;

/** Chunks [first, end) of one direction of a scan over an image. */
export interface Stretch {
  readonly direction: number;
  readonly first: number;
  readonly end: number;
}

/** How two opposite directions of a scan go over one map; each stage may be done at once, after the one before. */
export interface Meeting {
  /** Together these meet every pixel but the gap's, none twice. */
  readonly outward: readonly Stretch[];
  /** Pixels in the direction's order that the stage before left out. */
  readonly gap: readonly [first: number, end: number];
  /** The first direction over the gap, and further: no other may be near. */
  readonly middle: readonly Stretch[];
  readonly inward: readonly Stretch[];
  /** Pixels before this one are met by the directions in the order `below`; from it on, in the opposite order. */
  readonly bound: number;
  readonly below: readonly [number, number];
}

/**
 * Two opposite directions can add to one map at the same time, if each begins at its own end: until they meet they touch
 * different pixels, and after that again. Which one comes to a pixel first depends on the pixel alone, so sums have the
 * same bits whoever computes what. Directions begin at whole chunks of their own, so up to two chunks in the middle are
 * done in between.
 *
 * @param tokens of the image
 * @param backwards as in a gradient: every direction is walked from its last chunk to its first
 */
export function meet(tokens: number, pair: readonly [number, number], backwards: boolean): Meeting {
  const [a, b] = pair;
  const chunks = Math.ceil(tokens / CHUNK);
  // chunks that either does before they meet: the first `half` of them, or those from `half` on
  const half = backwards ? Math.ceil(tokens / (2 * CHUNK)) : Math.floor(tokens / (2 * CHUNK));
  const edges = [half * CHUNK, tokens - half * CHUNK] as const;
  const gap = [Math.max(0, Math.min(...edges)), Math.min(tokens, Math.max(...edges))] as const;
  const between = Math.ceil((gap[1] - gap[0]) / CHUNK);
  const stretch = (direction: number, first: number, end: number): Stretch[] =>
    first < end ? [{ direction, first, end }] : [];
  if (backwards) {
    const past = Math.max(0, half - between);
    return {
      outward: [...stretch(a, half, chunks), ...stretch(b, half, chunks)],
      gap,
      middle: stretch(a, past, half),
      inward: [...stretch(a, 0, past), ...stretch(b, 0, half)],
      bound: gap[0],
      below: [b, a],
    };
  }
  return {
    outward: [...stretch(a, 0, half), ...stretch(b, 0, half)],
    gap,
    middle: stretch(a, half, half + between),
    inward: [...stretch(a, half + between, chunks), ...stretch(b, half, chunks)],
    bound: gap[1],
    below: [a, b],
  };
}
