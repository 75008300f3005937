import adler32 from 'adler-32';
import { Unzlib } from 'fflate';
/** Compressed bytes given to the inflater at a time. */
const PIECE = 16384;
/** Inflated bytes that are enough for the description of any array: flags, dimensions, name. */
const HEAD = 4096;
/** Elements are padded to 8 bytes: so much may follow what one announces. */
const PADDING = 7;
/**
 * Inflates the zlib stream of one compressed element. `decide` sees the first bytes and returns how
 * many are wanted (this much memory is taken), 'check' to look at the checksum alone, or undefined to skip the
 * rest unread. The result is a buffer of exactly that many bytes, of which the stream's checksum (Adler-32, RFC 1950) is true.
 */
export function inflateElement(stream, reader, at, decide) {
    let target = new Uint8Array(0);
    let filled = 0;
    let decided = false;
    let total = 0;
    let checksum = 1;
    let checkOnly = false;
    const unzlib = new Unzlib((chunk) => {
        total += chunk.length;
        checksum = adler32.buf(chunk, checksum);
        if (!decided && filled + chunk.length > target.length) {
            const grown = new Uint8Array(Math.max(HEAD, filled + chunk.length));
            grown.set(target.subarray(0, filled));
            target = grown;
        }
        const part = chunk.subarray(0, Math.max(0, target.length - filled));
        target.set(part, filled);
        filled += part.length;
    });
    const damaged = (problem, expected) => reader.error(problem, expected, 'The file is truncated or damaged: copy or download it again', at);
    for (let start = 0;; start += PIECE) {
        const last = start + PIECE >= stream.length;
        try {
            unzlib.push(stream.subarray(start, start + PIECE), last);
        }
        catch (cause) {
            throw damaged(`the compressed data is damaged (${String(cause)})`, 'a zlib stream');
        }
        if (!decided && (filled >= HEAD || last)) {
            const wanted = decide(target.subarray(0, filled));
            if (wanted === undefined)
                return undefined;
            decided = true;
            checkOnly = wanted === 'check';
            const result = new Uint8Array(wanted === 'check' ? 0 : wanted);
            filled = Math.min(filled, result.length);
            result.set(target.subarray(0, filled));
            target = result;
        }
        if (decided && !checkOnly && total > target.length + PADDING) {
            throw damaged(`the compressed element inflates to more than ${String(target.length)} bytes`, 'what it announces');
        }
        if (!last)
            continue;
        if (filled < target.length) {
            throw damaged(`the compressed element inflates to ${String(filled)} bytes`, `the ${String(target.length)} that it announces`);
        }
        if (!endsWith(stream, checksum >>> 0)) {
            throw damaged('the checksum (Adler-32) of the compressed data does not match', 'undamaged data');
        }
        return checkOnly ? undefined : target;
    }
}
/** Whether the stream ends in its checksum, big-endian, which zeros may follow up to a multiple of 8 bytes. */
function endsWith(stream, checksum) {
    const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
    for (let end = stream.length; end >= 4 && end >= stream.length - PADDING; end--) {
        if (view.getUint32(end - 4) === checksum)
            return true;
        if (stream[end - 1] !== 0)
            return false;
    }
    return false;
}
