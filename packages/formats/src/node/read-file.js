import { readdirSync, readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { codeOf, FileError, reasonOf } from './file-error.js';
import { nearestNames } from '@prismamba/core';
/** Node's limit on reading a file into one buffer. */
const LARGEST = 2 ** 31 - 1;
/**
 * The bytes of a file.
 *
 * @throws FileError; for a missing file it names the nearest names in the folder.
 */
export function readFileBytesSync(path) {
    checkFile(path);
    try {
        return readFileSync(path);
    }
    catch (cause) {
        throw unreadable(path, cause);
    }
}
/** As {@link readFileBytesSync}, without blocking. */
export async function readFileBytes(path) {
    checkFile(path);
    try {
        return await readFile(path);
    }
    catch (cause) {
        throw unreadable(path, cause);
    }
}
/** Refuses what is no readable file. Returns its size in bytes. */
export function checkFile(path, largest = LARGEST) {
    let size;
    try {
        const stat = statSync(path);
        if (!stat.isFile()) {
            throw new FileError(path, 'EISDIR', `cannot read '${path}': it is ${stat.isDirectory() ? 'a folder' : 'no regular file'}, not a file`);
        }
        size = stat.size;
    }
    catch (cause) {
        if (cause instanceof FileError)
            throw cause;
        throw codeOf(cause) === 'ENOENT' ? missing(path, cause) : unreadable(path, cause);
    }
    if (size > largest) {
        throw new FileError(path, 'EFBIG', `cannot read '${path}' at once: it has ${String(size)} bytes, more than ${String(largest)}. Read it in parts`);
    }
    return size;
}
export function unreadable(path, cause) {
    return new FileError(path, codeOf(cause), `cannot read '${path}': ${reasonOf(cause)}`, cause);
}
function missing(path, cause) {
    const folder = dirname(path);
    let names;
    try {
        names = readdirSync(folder);
    }
    catch {
        return new FileError(path, 'ENOENT', `there is no file '${path}': the folder '${folder}' does not exist`, cause);
    }
    const nearest = nearestNames(basename(path), names);
    const hint = nearest.length > 0
        ? `did you mean ${nearest.map((name) => `'${name}'`).join(' or ')}?`
        : `the folder has ${String(names.length)} entries${names.length > 0 ? `, such as '${[...names].sort()[0] ?? ''}'` : ''}`;
    return new FileError(path, 'ENOENT', `there is no file '${path}'; ${hint}`, cause);
}
