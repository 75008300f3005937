import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { resolveRanges } from '../array-ranges.js';
import { checkEnviSize } from '../envi/read-envi.js';
import { decodeEnviHeader, LONGEST_ENVI_HEADER, parseEnviHeader, } from '../envi/envi-header.js';
import { STORED_AXES, storedShape, toCube } from '../envi/envi-layout.js';
import { DEFAULT_MAX_BYTES, FormatError } from '../format-error.js';
import { FileError } from './file-error.js';
import { RandomAccessFile, readRegion } from './hyperslab.js';
import { checkFile, readFileBytesSync } from './read-file.js';
/** Endings that data files have, tried in this order. */
const DATA_ENDINGS = [
    '',
    ...['.img', '.dat', '.raw', '.bin', '.bsq', '.bil', '.bip', '.hyspex', '.cube', '.lan', '.sli', '.envi'],
];
/**
 * Opens an ENVI image by the path of its header or of its data file (`x.hdr` with `x`, `x.img`,
 * `x.dat`, ...; `x.img` with `x.hdr` or `x.img.hdr`), so that regions can be read.
 *
 * @throws FileError where one of the two files is missing, FormatError where they are damaged.
 */
export function openEnvi(path, options = {}) {
    checkFile(path, Number.MAX_SAFE_INTEGER);
    const { headerPath, dataPath } = findPair(path);
    if (checkFile(headerPath) > LONGEST_ENVI_HEADER) {
        throw new FormatError({
            name: headerPath,
            problem: 'this is no ENVI header: it is too large',
            expected: `at most ${String(LONGEST_ENVI_HEADER)} bytes`,
        });
    }
    const header = parseEnviHeader(decodeEnviHeader(readFileBytesSync(headerPath)), {
        name: headerPath,
    });
    checkEnviSize(header, checkFile(dataPath, Number.MAX_SAFE_INTEGER), dataPath);
    const shape = [header.lines, header.samples, header.bands];
    const stored = { ...header, shape: storedShape(header), offset: header.headerOffset };
    const file = new RandomAccessFile(dataPath);
    const slice = (ranges) => {
        const region = resolveRanges(`${dataPath}: slice`, shape, ranges);
        const inFile = STORED_AXES[header.interleave].map((axis) => region[axis] ?? [0, 0]);
        return toCube(readRegion(file, stored, inFile, options.maxBytes ?? DEFAULT_MAX_BYTES), header.interleave);
    };
    return {
        path: dataPath,
        headerPath,
        header,
        shape,
        dtype: header.dtype,
        slice,
        read: () => slice([null, null, null]),
        close: () => {
            file.close();
        },
    };
}
function findPair(path) {
    const folder = dirname(path);
    const names = new Map(readdirSync(folder).map((name) => [name.toLowerCase(), name]));
    const find = (candidates, what) => {
        for (const candidate of candidates) {
            const name = names.get(candidate.toLowerCase());
            if (name !== undefined && candidate !== '')
                return join(folder, name);
        }
        throw new FileError(path, 'ENOENT', `the ENVI image '${path}' has no ${what} beside it; looked for ${candidates.map((name) => `'${name}'`).join(', ')}`);
    };
    const name = basename(path);
    if (/\.hdr$/i.test(name)) {
        const stem = name.slice(0, -4);
        return {
            headerPath: path,
            dataPath: find(DATA_ENDINGS.map((ending) => stem + ending), 'data file'),
        };
    }
    const stem = name.replace(/\.[^.]*$/, '');
    return { headerPath: find([`${name}.hdr`, `${stem}.hdr`], 'header'), dataPath: path };
}
