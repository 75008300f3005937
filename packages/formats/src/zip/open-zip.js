import crc32 from 'crc-32';
import { ByteReader } from '../byte-reader.js';
import { DEFAULT_MAX_BYTES, FormatError } from '../format-error.js';
import { inflateUpTo } from '../inflate-up-to.js';
/** Deflate cannot do better than 258 bytes from 2 bits: a larger claimed ratio is a lie. */
const LARGEST_DEFLATE_RATIO = 1032;
const END_OF_DIRECTORY = 0x06054b50;
const END_OF_DIRECTORY_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
/**
 * A zip archive in memory (PKWARE APPNOTE 6.3, with zip64). The directory is checked when it is
 * opened: every member lies inside the file, none overlaps another (the overlap is what zip bombs
 * are made of), and no claimed size is larger than deflate can give. Members are inflated on demand
 * into a buffer of their claimed size; `maxBytes` bounds their sum before memory is taken.
 */
export class ZipArchive {
    name;
    bytes;
    members;
    verify;
    maxBytes;
    taken = 0;
    constructor(bytes, options = {}) {
        this.bytes = bytes;
        this.name = options.name ?? 'zip';
        this.verify = options.verifyChecksum ?? true;
        this.maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
        this.members = readDirectory(bytes, this.name);
    }
    get names() {
        return [...this.members.keys()];
    }
    has(name) {
        return this.members.has(name);
    }
    /** The member's bytes: a view of the archive where it was stored, a new buffer where it was deflated. */
    read(name) {
        const member = this.members.get(name);
        if (member === undefined) {
            throw new FormatError({ name: this.name, problem: `there is no member '${name}'` });
        }
        const stored = this.bytes.subarray(member.start, member.start + member.stored);
        const data = member.method === 0 ? stored : this.inflate(member, stored);
        if (this.verify && crc32.buf(data) >>> 0 !== member.crc) {
            throw this.error(member, 'its checksum (CRC-32) does not match its data', 'undamaged data');
        }
        return data;
    }
    inflate(member, stored) {
        if (this.taken + member.size > this.maxBytes) {
            throw this.error(member, `it would take ${String(member.size)} bytes, ${String(this.taken)} were taken before`, `at most ${String(this.maxBytes)} bytes together (option maxBytes)`);
        }
        this.taken += member.size;
        let inflated;
        try {
            inflated = inflateUpTo(stored, member.size, 'deflate');
        }
        catch (cause) {
            throw new FormatError({
                name: `${this.name} (${member.name})`,
                offset: member.start,
                problem: `the deflated data is damaged (${cause instanceof Error ? cause.message : String(cause)})`,
                cause,
            });
        }
        const { data, more } = inflated;
        if (more || data.length !== member.size) {
            const got = more ? 'more' : String(data.length);
            throw this.error(member, `it inflates to ${got} bytes`, `the ${String(member.size)} bytes that the directory claims`);
        }
        return data;
    }
    error(member, problem, expected) {
        return new FormatError({
            name: `${this.name} (${member.name})`,
            offset: member.start,
            problem,
            expected,
        });
    }
}
/** Whether the bytes begin like a zip archive. */
export function isZip(bytes) {
    return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}
function readDirectory(bytes, name) {
    const reader = new ByteReader(bytes, name);
    const end = findEnd(reader);
    reader.offset = end + 8;
    let count = reader.uint16('the end of the zip directory');
    reader.offset = end + 12;
    let size = reader.uint32('the end of the zip directory');
    let start = reader.uint32('the end of the zip directory');
    if (count === 0xffff || size === 0xffffffff || start === 0xffffffff) {
        [count, size, start] = readEnd64(reader, end, [count, size, start]);
    }
    if (start + size > end) {
        throw reader.error(`the zip directory claims to be at byte ${String(start)} with ${String(size)} bytes`, `a directory before byte ${String(end)}`, 'The file is truncated or damaged: copy or download it again', end);
    }
    // Each entry takes 46 bytes at least, so a false count cannot make this loop long.
    reader.offset = start;
    const members = new Map();
    for (let i = 0; i < count; i++) {
        const at = reader.offset;
        const member = readEntry(reader, start);
        if (members.has(member.name))
            throw reader.error(`the member '${member.name}' is there twice`, 'unique names', undefined, at);
        members.set(member.name, member);
    }
    checkOverlap([...members.values()], reader);
    return members;
}
function findEnd(reader) {
    const { bytes } = reader;
    const lowest = Math.max(0, bytes.length - 22 - 0xffff);
    for (let at = bytes.length - 22; at >= lowest; at--) {
        if (bytes[at] === 0x50 && bytes[at + 1] === 0x4b) {
            reader.offset = at;
            if (reader.uint32('the end of the zip directory') === END_OF_DIRECTORY)
                return at;
        }
    }
    throw reader.error('there is no zip directory at the end', 'a complete zip archive', 'The file is truncated or not a zip archive: copy or download it again', bytes.length);
}
function readEnd64(reader, end, plain) {
    reader.offset = end - 20;
    if (reader.offset < 0 || reader.uint32('the zip64 locator') !== LOCATOR_64)
        return plain;
    reader.offset += 4;
    const at = reader.uint64('the zip64 locator');
    reader.offset = Math.min(at, reader.bytes.length);
    if (reader.uint32('the zip64 end of directory') !== END_OF_DIRECTORY_64) {
        throw reader.error('there is no zip64 end of directory', 'the signature PK\\6\\6', undefined, at);
    }
    reader.take(28, 'the zip64 end of directory');
    const count = reader.uint64('the zip64 end of directory');
    return [count, reader.uint64('the zip64 end of directory'), reader.uint64('the zip64 end of directory')];
}
function readEntry(reader, directory) {
    const what = 'a zip directory entry';
    const at = reader.offset;
    if (reader.uint32(what) !== DIRECTORY_ENTRY) {
        throw reader.error('there is no zip directory entry', 'the signature PK\\1\\2', undefined, at);
    }
    reader.take(4, what);
    const flags = reader.uint16(what);
    const method = reader.uint16(what);
    reader.take(4, what);
    const crc = reader.uint32(what);
    let stored = reader.uint32(what);
    let size = reader.uint32(what);
    const nameLength = reader.uint16(what);
    const extraLength = reader.uint16(what);
    const commentLength = reader.uint16(what);
    reader.take(8, what);
    let header = reader.uint32(what);
    const name = new TextDecoder().decode(reader.take(nameLength, what));
    const extra = new ByteReader(reader.take(extraLength, what), `${reader.name} (${name})`);
    reader.take(commentLength, what);
    // Extra field 1: the 64-bit value of each field above that holds 0xffffffff, in this order.
    while (extra.remaining >= 4) {
        const id = extra.uint16(what);
        const length = extra.uint16(what);
        const next = extra.offset + length;
        if (id === 1) {
            if (size === 0xffffffff)
                size = extra.uint64(what);
            if (stored === 0xffffffff)
                stored = extra.uint64(what);
            if (header === 0xffffffff)
                header = extra.uint64(what);
        }
        if (next > extra.bytes.length)
            break;
        extra.offset = next;
    }
    const fail = (problem, expected) => {
        throw reader.error(`member '${name}': ${problem}`, expected, undefined, at);
    };
    if (flags & 1)
        fail('it is encrypted', 'a zip archive without a password');
    if (method !== 0 && method !== 8)
        fail(`compression method ${String(method)}`, '0 (stored) or 8 (deflated)');
    if (method === 0 && stored !== size)
        fail(`stored with ${String(stored)} bytes but claims ${String(size)}`, 'equal sizes');
    if (method === 8 && (stored < 1 || size > stored * LARGEST_DEFLATE_RATIO)) {
        fail(`${String(stored)} deflated bytes claim to inflate to ${String(size)}`, `at most ${String(stored * LARGEST_DEFLATE_RATIO)}`);
    }
    const resume = reader.offset;
    if (header > directory)
        fail(`its data claims to start at byte ${String(header)}`, `a place before the directory at byte ${String(directory)}`);
    reader.offset = header;
    if (reader.uint32('a zip local header') !== LOCAL_HEADER)
        fail(`no local header at byte ${String(header)}`, 'the signature PK\\3\\4');
    reader.take(22, 'a zip local header');
    const start = reader.uint16('a zip local header') + reader.uint16('a zip local header') + reader.offset;
    if (start + stored > directory)
        fail(`it claims bytes ${String(start)} to ${String(start + stored)}`, `data before the directory at byte ${String(directory)}`);
    reader.offset = resume;
    return { name, method, crc, start, stored, size };
}
function checkOverlap(members, reader) {
    const sorted = members.filter((member) => member.stored > 0).sort((a, b) => a.start - b.start);
    for (const [i, member] of sorted.entries()) {
        const before = sorted[i - 1];
        if (before && before.start + before.stored > member.start) {
            throw reader.error(`the members '${before.name}' and '${member.name}' overlap`, 'separate data', undefined, member.start);
        }
    }
}
