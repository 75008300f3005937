import { closeSync, fsyncSync, lstatSync, openSync, readdirSync, realpathSync, renameSync, rmSync, writeSync, } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf, FileError, reasonOf } from './file-error.js';
let counter = 0;
/** Files that are neither committed nor discarded; a process that exits removes their temporary files. */
const unfinished = new Set();
let listening = false;
function removeAtExit(file) {
    unfinished.add(file);
    if (listening)
        return;
    listening = true;
    process.on('exit', () => {
        for (const left of unfinished)
            left.discard();
    });
}
/**
 * A file that appears whole or not at all: everything goes to a temporary file beside it, `commit`
 * flushes that to the disk and renames it over the old one. Until then, and after any failure, the old
 * file is as it was and nothing else is left behind.
 */
export class AtomicFile {
    path;
    temporary;
    descriptor;
    length = 0;
    /** @throws FileError where the folder is missing or cannot be written. */
    constructor(path) {
        this.path = targetOf(path);
        for (;;) {
            // The counter and the process id keep writers of one folder apart.
            const name = `.${basename(this.path)}.${String(process.pid)}-${String(counter++)}.tmp`;
            this.temporary = join(dirname(this.path), name);
            try {
                this.descriptor = openSync(this.temporary, 'wx');
                break;
            }
            catch (cause) {
                // Process ids come again, above all in containers: this one was left behind by a crash, or is another machine's.
                if (codeOf(cause) !== 'EEXIST')
                    throw this.failed(cause);
            }
        }
        removeAtExit(this);
    }
    /** Writes at `position` (default: at the end of what was written). Room that is skipped holds zeros. */
    write(bytes, position = this.length) {
        const descriptor = this.open();
        try {
            for (let done = 0; done < bytes.length;) {
                done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
            }
        }
        catch (cause) {
            this.discard();
            throw this.failed(cause);
        }
        this.length = Math.max(this.length, position + bytes.length);
    }
    /** Makes the file appear under its name. */
    commit() {
        const descriptor = this.open();
        try {
            fsyncSync(descriptor);
            closeSync(descriptor);
            this.descriptor = undefined;
            renameSync(this.temporary, this.path);
        }
        catch (cause) {
            this.discard();
            throw this.failed(cause);
        }
        unfinished.delete(this);
        syncFolder(dirname(this.path));
    }
    /** Removes the temporary file; the old file stays. Does nothing after `commit`. */
    discard() {
        unfinished.delete(this);
        if (this.descriptor !== undefined) {
            const descriptor = this.descriptor;
            this.descriptor = undefined;
            // A full disk can fail here again; the temporary file must go all the same.
            try {
                closeSync(descriptor);
            }
            catch {
                // nothing more can be done with it
            }
        }
        rmSync(this.temporary, { force: true });
    }
    open() {
        if (this.descriptor === undefined)
            throw new Error(`AtomicFile '${this.path}': it was committed or discarded before`);
        return this.descriptor;
    }
    failed(cause) {
        const code = codeOf(cause);
        const fix = code === 'ENOENT'
            ? `Create ${dirname(this.path)} first`
            : code === 'ENOSPC' || code === 'EDQUOT'
                ? 'Free some space or choose another folder'
                : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
                    ? 'Choose a folder that you may write to'
                    : 'Choose another path';
        const message = `cannot write '${this.path}': ${reasonOf(cause)}. Nothing was changed. ${fix}`;
        return new FileError(this.path, code, message, cause);
    }
}
const TEMPORARY = /^\..+\.(\d+)-\d+\.tmp$/;
function isRunning(pid) {
    try {
        process.kill(pid, 0);
        return true;
    }
    catch (error) {
        return codeOf(error) === 'EPERM'; // it runs, as somebody else
    }
}
/**
 * Removes the temporary files of writers that were killed, in a folder and those below it; those of processes that run on
 * this machine stay. Call it where no other machine writes into the folder. Returns their paths.
 */
export function removeTemporaries(folder) {
    const removed = [];
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        const pid = TEMPORARY.exec(entry.name)?.[1];
        if (pid === undefined || !entry.isFile() || isRunning(Number(pid)))
            continue;
        const path = join(entry.parentPath, entry.name);
        rmSync(path, { force: true });
        removed.push(path);
    }
    return removed;
}
/** Follows a link, so that the file it names is replaced and not the link; refuses folders and devices. */
function targetOf(path) {
    let stat;
    try {
        stat = lstatSync(path, { throwIfNoEntry: false });
    }
    catch {
        // opening the temporary file beside it says what is wrong
    }
    if (stat === undefined)
        return path;
    if (stat.isSymbolicLink()) {
        try {
            return realpathSync(path);
        }
        catch {
            return path; // a link to nowhere: replace it
        }
    }
    if (!stat.isFile()) {
        const kind = stat.isDirectory() ? 'a folder' : 'no regular file';
        throw new FileError(path, stat.isDirectory() ? 'EISDIR' : 'EINVAL', `cannot write '${path}': it is ${kind}. Give the path of a file`);
    }
    return path;
}
/** Flushes the rename itself. Not every file system allows it (Windows does not); the data is safe anyway. */
function syncFolder(folder) {
    try {
        const descriptor = openSync(folder, 'r');
        try {
            fsyncSync(descriptor);
        }
        finally {
            closeSync(descriptor);
        }
    }
    catch {
        // the file is complete under its name
    }
}
