import crc32 from 'crc-32';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixturePath } from '@prismamba/testing';
import { FUZZ_FOLDER } from '@prismamba/testing/fuzz';
import { FormatError, readEnvi, readMat5, readNpy, readNpz, readPng, readPth, readSafetensors, writeEnvi, writeMat5, writeNpy, writeNpz, writePng, writeSafetensors, } from '../index.js';
import { FileError, listMat, openEnvi, openMat } from '../node.js';
/** What a mutated file may make a reader take; every seed is far smaller. */
const MOST_BYTES = 2 ** 24;
/** Between an ENVI header and its data. */
const MARK = new TextEncoder().encode('\n--data--\n');
const cube = {
    dtype: 'float32',
    shape: [4, 5, 3],
    data: Float32Array.from({ length: 60 }, (_, i) => i / 7),
};
const counts = { dtype: 'int64', shape: [3], data: BigInt64Array.from([1n, -2n, 3n]) };
const both = new Map([
    ['cube', cube],
    ['counts', counts],
]);
const fixture = (path) => readFileSync(fixturePath(path));
const options = { name: 'mutated', maxBytes: MOST_BYTES };
const unchecked = { ...options, verifyChecksum: false };
/** Real files of MATLAB's, Pillow's, NumPy's and PyTorch's making stand beside those of our writers. */
const readers = {
    npy: {
        seeds: [writeNpy(cube), fixture('foreign/npy-unicode-prefix.npy'), fixture('foreign/npy-bool-2.npy')],
        read: (bytes) => readNpy(bytes, options),
    },
    'npz and zip': {
        seeds: [writeNpz(both), writeNpz(both, { compress: true }), fixture('foreign/npz-text-beside-cube.npz')],
        read: (bytes) => [attempt(() => readNpz(bytes, options)), attempt(() => readNpz(bytes, unchecked))],
    },
    PNG: {
        seeds: [
            writePng({ width: 5, height: 4, channels: 3, bitDepth: 8, data: new Uint8Array(60).fill(7) }),
            writePng({ width: 3, height: 4, channels: 1, bitDepth: 16, data: new Uint16Array(12).fill(900) }),
            ...[1, 2, 4].map((bits) => fixture(`foreign/png-interlaced-${bits}.png`)),
        ],
        read: (bytes) => readPng(bytes, options),
        repair: repairPng,
    },
    'MAT level 5': {
        seeds: [
            writeMat5(both),
            writeMat5(both, { compress: false }),
            fixture('foreign/mat5-objects.mat'),
            fixture('foreign/mat5-objects-compressed.mat'),
        ],
        read: (bytes) => readMat5(bytes, options),
    },
    '.pth': {
        seeds: [fixture('foreign/pth-beside-weights-2.pth'), fixture('foreign/pth-beside-weights-4.pth')],
        read: (bytes) => [attempt(() => readPth(bytes, options)), attempt(() => readPth(bytes, unchecked))],
    },
    safetensors: {
        seeds: [writeSafetensors(both, { camera: 'none' })],
        read: (bytes) => readSafetensors(bytes, options),
    },
    ENVI: {
        seeds: [enviBytes('bsq'), enviBytes('bip')],
        read: (bytes, folder) => {
            const { header, data } = splitEnvi(bytes);
            const text = new TextDecoder().decode(header);
            writeFileSync(join(folder, 'a.hdr'), header);
            writeFileSync(join(folder, 'a.img'), data);
            return [
                attempt(() => readEnvi(text, data, options)),
                attempt(() => {
                    const file = openEnvi(join(folder, 'a.hdr'), options);
                    try {
                        return file.slice(file.shape.map(() => null));
                    }
                    finally {
                        file.close();
                    }
                }),
            ];
        },
    },
    'MAT v7.3 and HDF5': {
        seeds: [
            'ntire2022/ARAD_1K_0001.mat',
            'foreign/mat73-kinds.mat',
            'foreign/hdf5-outside.h5',
            'foreign/hdf5-hostile.h5',
        ].map(fixture),
        read: async (bytes, folder) => {
            const path = join(folder, 'a.mat');
            writeFileSync(path, bytes);
            await attemptLater(() => listMat(path));
            const file = await openMat(path, options);
            try {
                for (const key of file.keys())
                    attempt(() => file.read(key));
            }
            finally {
                file.close();
            }
        },
    },
};
/** Readers by name. */
export const fuzzedReaders = Object.fromEntries(Object.entries(readers).map(([name, reader]) => [name, { ...reader, allow }]));
/** Lets errors of ours pass; every other one is what is looked for. */
function allow(error) {
    if (!(error instanceof FormatError || error instanceof FileError))
        throw error;
    if (error.message.length < 10 ||
        !(error.message.includes('mutated') || error.message.includes(FUZZ_FOLDER))) {
        throw new Error(`an error that names no file: ${error.message}`, { cause: error });
    }
}
function attempt(read) {
    try {
        read();
    }
    catch (error) {
        allow(error);
    }
}
async function attemptLater(read) {
    try {
        await read();
    }
    catch (error) {
        allow(error);
    }
}
/** Chunks with true checksums, as far as the file is one of chunks. */
function repairPng(bytes) {
    const copy = bytes.slice();
    const view = new DataView(copy.buffer);
    for (let at = 8; at + 12 <= copy.length;) {
        const length = view.getUint32(at);
        if (at + 12 + length > copy.length)
            break;
        view.setInt32(at + 8 + length, crc32.buf(copy.subarray(at + 4, at + 8 + length)));
        at += 12 + length;
    }
    return copy;
}
/** Header and data in one piece, so that a mutation can hit either. */
function enviBytes(interleave) {
    const { header, data } = writeEnvi(cube, { interleave, wavelengths: [450, 550, 650] });
    return Uint8Array.from([...new TextEncoder().encode(header), ...MARK, ...data]);
}
function splitEnvi(bytes) {
    const at = Buffer.from(bytes).indexOf(MARK);
    if (at < 0)
        return { header: bytes, data: new Uint8Array(240) };
    return { header: bytes.subarray(0, at), data: bytes.slice(at + MARK.length) };
}
