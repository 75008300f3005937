import { Unzlib } from 'fflate';
import type { ByteReader } from '../byte-reader.js';

/** Compressed bytes given to the inflater at a time. */
const PIECE = 16384;

/** Inflated bytes that are enough for the description of any array: flags, dimensions, name. */
const HEAD = 4096;

/**
 * Inflates the zlib stream of one compressed element. `decide` sees the first bytes and returns how
 * many are wanted (this much memory is taken) or undefined to skip the rest unread. The result is a
 * buffer of exactly that many bytes.
 */
export function inflateElement(
  stream: Uint8Array,
  reader: ByteReader,
  at: number,
  decide: (head: Uint8Array) => number | undefined,
): Uint8Array | undefined {
  let target = new Uint8Array(0);
  let filled = 0;
  let decided = false;
  const unzlib = new Unzlib((chunk) => {
    if (!decided && filled + chunk.length > target.length) {
      const grown = new Uint8Array(Math.max(HEAD, filled + chunk.length));
      grown.set(target.subarray(0, filled));
      target = grown;
    }
    const part = chunk.subarray(0, Math.max(0, target.length - filled));
    target.set(part, filled);
    filled += part.length;
  });
  for (let start = 0; ; start += PIECE) {
    const last = start + PIECE >= stream.length;
    try {
      unzlib.push(stream.subarray(start, start + PIECE), last);
    } catch (cause) {
      throw reader.error(`the compressed data is damaged (${String(cause)})`, 'a zlib stream', undefined, at);
    }
    if (!decided && (filled >= HEAD || last)) {
      const wanted = decide(target.subarray(0, filled));
      if (wanted === undefined) return undefined;
      decided = true;
      const result = new Uint8Array(wanted);
      filled = Math.min(filled, wanted);
      result.set(target.subarray(0, filled));
      target = result;
    }
    if (decided && filled === target.length) return target;
    if (last) {
      throw reader.error(
        `the compressed element inflates to ${String(filled)} bytes`,
        `the ${String(target.length)} that it announces`,
        'The file is truncated or damaged: copy or download it again',
        at,
      );
    }
  }
}
