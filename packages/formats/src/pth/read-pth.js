import { memoryBytes } from '../dtype.js';
import { decodeElements, loadedType, storedBytes } from '../elements.js';
import { DEFAULT_MAX_BYTES, FormatError } from '../format-error.js';
import { gather, sizeOf, stridesOf } from '../ndarray.js';
import { isZip, ZipArchive } from '../zip/open-zip.js';
import { GlobalRef, StorageRef } from './pickle-values.js';
import { unpickle } from './unpickle.js';
const RESAVE = "Re-save it in PyTorch 1.13 or newer (1.6 writes the zip form too, but has no weights_only): torch.save(torch.load(path, map_location='cpu', weights_only=True), path)";
/** The first bytes of the legacy format: a pickled magic number, 0x1950a86a20f9469cfc6c. */
const LEGACY = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/**
 * Reads what `torch.save` wrote in its zip form (PyTorch 1.6 and newer): a state dict or a training
 * checkpoint as a tree of Maps, arrays, numbers, strings and tensors (in C order, whatever their
 * strides were). Loading never executes anything: the unpickler knows tensors, storages, OrderedDict
 * and torch.Size; what any other global would make is a {@link PthUnread} that names it.
 *
 * @throws FormatError naming file, offset and what was expected.
 */
export function readPth(bytes, options = {}) {
    const name = options.name ?? 'pth';
    if (!isZip(bytes))
        throw notZip(bytes, name);
    const zip = new ZipArchive(bytes, { ...options, name });
    const pickle = zip.names.find((member) => /^([^/]+\/)?data\.pkl$/.test(member));
    if (pickle === undefined) {
        throw new FormatError({
            name,
            problem: 'the zip archive has no data.pkl',
            expected: 'a file that torch.save wrote',
            ...(zip.names.some((member) => member.endsWith('.npy'))
                ? { fix: 'This is an npz file: use readNpz' }
                : {}),
        });
    }
    const prefix = pickle.slice(0, -'data.pkl'.length);
    if (zip.has(`${prefix}constants.pkl`)) {
        throw new FormatError({
            name,
            problem: 'this is a TorchScript program',
            expected: 'a state dict',
            fix: 'Save its weights in PyTorch: torch.save(torch.jit.load(path).state_dict(), new_path)',
        });
    }
    const host = new Storages(zip, prefix, options.maxBytes ?? DEFAULT_MAX_BYTES);
    return unpickle(zip.read(pickle), `${name} (${pickle})`, host);
}
function notZip(bytes, name) {
    const legacy = LEGACY.every((byte, i) => bytes[i + 2] === byte);
    if (legacy) {
        return new FormatError({
            name,
            offset: 0,
            problem: 'this is the legacy (non-zip) PyTorch format',
            expected: 'the zip form',
            fix: RESAVE,
        });
    }
    const tar = String.fromCharCode(...bytes.subarray(257, 262)) === 'ustar';
    return new FormatError({
        name,
        offset: 0,
        problem: tar ? 'this is the tar form of PyTorch 0.1' : 'this is no PyTorch file',
        expected: 'a zip archive that torch.save wrote (first bytes PK)',
        ...(tar || bytes[0] === 0x80 ? { fix: RESAVE } : {}),
    });
}
/** Expanded tensors (stride 0) are copied whole: a file of some bytes must not make gigabytes. */
const MOST_REPEATED = 2 ** 22;
/** Storages of one archive: each is decoded once, tensors are copies of their part. */
class Storages {
    zip;
    prefix;
    maxBytes;
    decoded = new Map();
    littleEndian;
    taken = 0;
    constructor(zip, prefix, maxBytes) {
        this.zip = zip;
        this.prefix = prefix;
        this.maxBytes = maxBytes;
        const member = `${prefix}byteorder`;
        const order = zip.has(member) ? new TextDecoder().decode(zip.read(member)).trim() : 'little';
        if (order !== 'little' && order !== 'big') {
            throw new FormatError({
                name: `${zip.name} (${member})`,
                problem: `byte order '${order.slice(0, 20)}'`,
                expected: 'little or big',
            });
        }
        this.littleEndian = order === 'little';
    }
    storage(tuple, fail) {
        const [word, type, key, , length] = tuple;
        if (word !== 'storage' ||
            !(type instanceof GlobalRef) ||
            type.global.kind !== 'storage' ||
            typeof key !== 'string' ||
            !isCount(length)) {
            throw fail('a persistent id of another kind', "('storage', type, key, location, length)");
        }
        return new StorageRef(key, type.global.stored, length);
    }
    tensor(args, fail) {
        const [storage, offset, shape, strides] = args;
        if (!(storage instanceof StorageRef))
            throw fail('a tensor without a storage', 'a storage');
        if (!isCount(offset) || !isCounts(shape) || !isCounts(strides) || shape.length !== strides.length) {
            throw fail('a tensor whose offset, size or stride is not valid', 'whole numbers, as many strides as sizes');
        }
        const size = sizeOf(shape);
        const last = size === 0 ? -1 : shape.reduce((sum, extent, i) => sum + (extent - 1) * (strides[i] ?? 0), offset);
        if (last >= storage.length) {
            throw fail(`a tensor that reads element ${String(last)} of storage '${storage.key}'`, `an element below ${String(storage.length)}`);
        }
        if (size > storage.length && size > MOST_REPEATED) {
            throw fail(`a tensor of ${String(size)} elements on a storage of ${String(storage.length)}, which it repeats`, `at most ${String(MOST_REPEATED)} where elements are repeated`, 'Save it in PyTorch with its own storage: tensor.contiguous()');
        }
        const dtype = loadedType(storage.stored);
        this.take(size * memoryBytes(dtype), fail);
        const source = this.decode(storage, fail);
        const whole = offset === 0 && size === source.length && stridesOf(shape).every((stride, i) => stride === strides[i]);
        return { dtype, shape, data: whole ? source.slice() : gather(source, dtype, shape, strides, offset) };
    }
    decode(storage, fail) {
        const id = `${storage.key}:${storage.stored}:${String(storage.length)}`;
        const known = this.decoded.get(id);
        if (known !== undefined)
            return known;
        const member = `${this.prefix}data/${storage.key}`;
        if (!this.zip.has(member))
            throw fail(`the storage '${storage.key}' is missing from the archive`, `a member ${member}`);
        const raw = this.zip.read(member);
        const needed = storage.length * storedBytes(storage.stored);
        if (raw.length !== needed) {
            throw fail(`the storage '${storage.key}' has ${String(raw.length)} bytes`, `${String(needed)} for ${String(storage.length)} elements of ${storage.stored}`);
        }
        this.take(storage.length * memoryBytes(loadedType(storage.stored)), fail);
        const data = decodeElements(raw, 0, storage.length, storage.stored, this.littleEndian);
        this.decoded.set(id, data);
        return data;
    }
    take(bytes, fail) {
        this.taken += bytes;
        if (!(this.taken <= this.maxBytes)) {
            throw fail(`the tensors take more than ${String(this.maxBytes)} bytes`, 'a smaller file, or a larger option maxBytes');
        }
    }
}
function isCount(value) {
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
function isCounts(value) {
    return Array.isArray(value) && value.every(isCount);
}
