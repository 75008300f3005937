import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { codeOf, FileError, reasonOf } from './file-error.js';
const whatIsAt = (path) => {
    try {
        return statSync(path, { throwIfNoEntry: false });
    }
    catch {
        return undefined; // making it says what is wrong
    }
};
/**
 * Makes a folder, and those around it that are missing; does nothing where it is there.
 *
 * Not by Node's own `mkdir` with `recursive`: that never returns where a file system says that the folder around is missing
 * although it is there (`/proc`, some network drives).
 *
 * @throws FileError where the system refuses, or a file has the name.
 */
export function makeFolder(path) {
    const missing = [];
    let at = resolve(path);
    while (whatIsAt(at) === undefined && dirname(at) !== at) {
        missing.push(at);
        at = dirname(at);
    }
    for (const folder of missing.reverse()) {
        try {
            mkdirSync(folder);
        }
        catch (cause) {
            // Somebody else may have made it meanwhile.
            if (codeOf(cause) === 'EEXIST')
                continue;
            // The folder around is there: one who says otherwise means that he takes none.
            const reason = codeOf(cause) === 'ENOENT' ? `'${dirname(folder)}' takes no folders (ENOENT)` : reasonOf(cause);
            throw refused(path, codeOf(cause), reason, cause);
        }
    }
    if (whatIsAt(path)?.isDirectory() !== true) {
        throw refused(path, 'EEXIST', `'${missing.at(-1) ?? path}' is a file, not a folder`);
    }
}
const refused = (path, code, reason, cause) => new FileError(path, code, `cannot make the folder '${path}': ${reason}. Name another place`, cause);
