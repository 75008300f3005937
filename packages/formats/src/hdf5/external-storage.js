import { ByteReader } from '../byte-reader.js';
/** Message types of an object header (HDF5 File Format Specification 3.0, section IV.A.2). */
const EXTERNAL_DATA_FILES = 0x07;
const DATA_LAYOUT = 0x08;
const ATTRIBUTE = 0x0c;
const CONTINUATION = 0x10;
/** Layout class of a virtual data set. */
const VIRTUAL = 3;
/** Object headers hold kilobytes; longer ones are damaged or hostile. */
const LONGEST_HEADER = 2 ** 24;
const MOST_BLOCKS = 1000;
/** Where an HDF5 file's superblock is: at byte 0, or after a user block at 512, 1024, 2048, ... */
function superblockOf(file) {
    for (let at = 0; at + 16 <= file.size; at = at === 0 ? 512 : at * 2) {
        const start = new Uint8Array(8);
        file.readInto(start, at);
        if (String.fromCharCode(...start) === '\x89HDF\r\n\x1a\n')
            return at;
    }
    throw new Error('there is no HDF5 signature');
}
/**
 * Finds out whether the values of a data set are its own. If not, they lie in other files (the "External Data Files"
 * message of its object header), or it is a virtual data set, a view of others, which may be in other files, endlessly many, or
 * itself. libhdf5 opens those files when it is only asked for the shape, by whatever path the file names, so the header is read here.
 *
 * @param path what messages call the file
 * @param address of the object header of the data set (or group), relative to the superblock, as an object reference holds it
 * @throws Error where the header cannot be followed
 */
export function storageOf(path, open, address) {
    const file = open();
    try {
        const base = superblockOf(file);
        const head = new Uint8Array(16);
        file.readInto(head, base);
        const offsetSize = head[8] < 2 ? head[13] : head[9];
        const offset = base + address;
        const scan = new HeaderScan(file, path, base, offsetSize);
        const elsewhere = scan.scan(offset);
        return { offset, elsewhere, attributes: scan.attributes };
    }
    finally {
        file.close();
    }
}
class HeaderScan {
    file;
    path;
    base;
    offsetSize;
    blocks = 0;
    attributes = 0;
    constructor(file, path, base, offsetSize) {
        this.file = file;
        this.path = path;
        this.base = base;
        this.offsetSize = offsetSize;
        if (offsetSize !== 8 && offsetSize !== 4)
            throw new Error(`offsets of ${String(offsetSize)} bytes`);
    }
    read(at, length) {
        if (length > LONGEST_HEADER || ++this.blocks > MOST_BLOCKS)
            throw new Error('the object header is too long');
        const bytes = new Uint8Array(length);
        this.file.readInto(bytes, at);
        return new ByteReader(bytes, this.path);
    }
    scan(at) {
        const start = this.read(at, 16);
        const isSecond = String.fromCharCode(...start.bytes.subarray(0, 4)) === 'OHDR';
        if (!isSecond) {
            if (start.bytes[0] !== 1)
                throw new Error('there is no object header');
            start.offset = 8;
            return this.messages(this.read(at + 16, start.uint32('the object header')), 1, 0);
        }
        const flags = start.bytes[5];
        const skipped = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
        const width = 1 << (flags & 3);
        const size = unsigned(this.read(at + skipped, width), width);
        return this.messages(this.read(at + skipped + width, size), 2, flags);
    }
    /** Looks through the messages of one block and of those that continue it. */
    messages(block, version, flags) {
        const what = 'an object header';
        const headSize = version === 1 ? 8 : 4 + (flags & 0x04 ? 2 : 0);
        while (block.remaining >= headSize) {
            const type = version === 1 ? block.uint16(what) : block.uint8(what);
            const size = block.uint16(what);
            block.take(headSize - (version === 1 ? 4 : 3), what);
            if (type === ATTRIBUTE)
                this.attributes++;
            if (type === EXTERNAL_DATA_FILES)
                return 'stored in another file';
            const body = new ByteReader(block.take(size, what), this.path);
            if (type === DATA_LAYOUT && body.bytes[0] >= 3 && body.bytes[1] === VIRTUAL)
                return 'a view of other data sets';
            if (type !== CONTINUATION)
                continue;
            const at = this.base + unsigned(body, this.offsetSize);
            const length = unsigned(body, body.remaining);
            // Blocks of version 2 have a signature before and a checksum behind their messages.
            const next = version === 1 ? this.read(at, length) : this.read(at + 4, length - 8);
            const reason = this.messages(next, version, flags);
            if (reason !== undefined)
                return reason;
        }
        return undefined;
    }
}
function unsigned(reader, width) {
    let value = 0;
    for (let i = 0; i < width; i++)
        value += reader.uint8('an object header') * 2 ** (8 * i);
    return value;
}
