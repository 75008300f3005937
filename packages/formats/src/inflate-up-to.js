import { Inflate, Unzlib } from 'fflate';
/** Compressed bytes given to the inflater at a time: what it makes of them, 64 MiB at most, is all that is held beside the result. */
const PIECE = 2 ** 16;
/**
 * Inflates the first `size` bytes of a stream and stops there: a small file cannot keep us busy with what it has no place for.
 *
 * @returns the bytes, fewer where the stream ends before, and whether it goes on behind them.
 * @throws the error of fflate for a damaged stream.
 */
export function inflateUpTo(stream, size, form) {
    const result = new Uint8Array(size);
    let filled = 0;
    const take = (chunk) => {
        if (filled < size)
            result.set(chunk.subarray(0, size - filled), filled);
        filled += chunk.length;
    };
    const inflater = form === 'zlib' ? new Unzlib(take) : new Inflate(take);
    for (let start = 0; start === 0 || start < stream.length; start += PIECE) {
        inflater.push(stream.subarray(start, start + PIECE), start + PIECE >= stream.length);
        if (filled > size)
            return { data: result, more: true };
    }
    return { data: result.subarray(0, filled), more: false };
}
