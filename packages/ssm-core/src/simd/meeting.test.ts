import { describe, expect, it } from 'vitest';
import { meet, type Stretch } from './meeting.js';

const CHUNK = 64;
const lengths = [1, 2, 63, 64, 65, 100, 127, 128, 129, 130, 191, 192, 200, 255, 256, 257, 4096, 9999];

/** Pixels, in the order of direction 5, that a stretch meets; direction 7 goes the other way. */
function pixels({ direction, first, end }: Stretch, tokens: number): number[] {
  const met: number[] = [];
  for (let t = first * CHUNK; t < Math.min(end * CHUNK, tokens); t++) {
    met.push(direction === 5 ? t : tokens - 1 - t);
  }
  return met;
}

describe.each([false, true])('two directions that meet, backwards: %s', (backwards) => {
  it.each(lengths)('%i tokens: every stage touches a pixel once at most', (tokens) => {
    const meeting = meet(tokens, [5, 7], backwards);
    const order = Array.from({ length: tokens }, (): number[] => []);
    for (const stage of [meeting.outward, meeting.middle, meeting.inward]) {
      const touched = stage.flatMap((stretch) => pixels(stretch, tokens));
      expect(new Set(touched).size).toBe(touched.length);
      for (const stretch of stage) {
        for (const pixel of pixels(stretch, tokens)) order[pixel]!.push(stretch.direction);
      }
    }
    order.forEach((directions, pixel) => {
      expect(directions).toEqual(pixel < meeting.bound ? meeting.below : [...meeting.below].reverse());
    });
    const outward = meeting.outward.flatMap((stretch) => pixels(stretch, tokens));
    const gap = order.map((_, pixel) => pixel).filter((pixel) => !outward.includes(pixel));
    expect(gap).toEqual(
      Array.from({ length: meeting.gap[1] - meeting.gap[0] }, (_, i) => meeting.gap[0] + i),
    );
  });

  it.each(lengths)('%i tokens: each direction does all of its chunks, one after the other', (tokens) => {
    const { outward, middle, inward } = meet(tokens, [5, 7], backwards);
    const chunks = Math.ceil(tokens / CHUNK);
    for (const direction of [5, 7]) {
      const own = [...outward, ...middle, ...inward].filter((stretch) => stretch.direction === direction);
      const done = own.flatMap(({ first, end }) => {
        const stretch = Array.from({ length: end - first }, (_, i) => first + i);
        return backwards ? stretch.reverse() : stretch;
      });
      const wanted = Array.from({ length: chunks }, (_, i) => i);
      expect(done).toEqual(backwards ? wanted.reverse() : wanted);
    }
  });
});
