import { FormatError } from './format-error.js';
/** A cursor over bytes whose every step is checked against the end. */
export class ByteReader {
    bytes;
    name;
    littleEndian = true;
    offset = 0;
    view;
    constructor(bytes, name) {
        this.bytes = bytes;
        this.name = name;
        this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    get remaining() {
        return this.bytes.length - this.offset;
    }
    /** A FormatError at `offset` (default: here). */
    error(problem, expected, fix, offset = this.offset) {
        return new FormatError({
            name: this.name,
            offset,
            problem,
            ...(expected === undefined ? {} : { expected }),
            ...(fix === undefined ? {} : { fix }),
        });
    }
    /** Moves past `count` bytes of `what` and returns where they began. */
    step(count, what) {
        const start = this.offset;
        if (count < 0 || count > this.bytes.length - start) {
            throw this.error(`the file ends inside ${what}`, `${String(count)} more bytes, ${String(this.bytes.length - start)} are left`, 'The file is truncated or damaged: copy or download it again');
        }
        this.offset = start + count;
        return start;
    }
    /** A view (not a copy) of the next `count` bytes. */
    take(count, what) {
        const start = this.step(count, what);
        return this.bytes.subarray(start, start + count);
    }
    uint8(what) {
        return this.view.getUint8(this.step(1, what));
    }
    uint16(what) {
        return this.view.getUint16(this.step(2, what), this.littleEndian);
    }
    int32(what) {
        return this.view.getInt32(this.step(4, what), this.littleEndian);
    }
    uint32(what) {
        return this.view.getUint32(this.step(4, what), this.littleEndian);
    }
    float64(what) {
        return this.view.getFloat64(this.step(8, what), this.littleEndian);
    }
    /** A 64-bit unsigned integer that must fit a JavaScript number exactly. */
    uint64(what) {
        const value = this.view.getBigUint64(this.step(8, what), this.littleEndian);
        if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
            throw this.error(`${what} is ${String(value)}`, 'at most 2^53 - 1', undefined, this.offset - 8);
        }
        return Number(value);
    }
}
