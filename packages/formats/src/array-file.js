import { FormatError } from './format-error.js';
import { nearestNames } from '@prismamba/core';
/** The error for a name that is not there. */
export function noSuchKey(path, key, keys) {
    const nearest = nearestNames(key, keys, 1);
    const shown = keys.slice(0, 20).map((name) => `'${name}'`);
    return new FormatError({
        name: path,
        problem: `there is no array '${key}'`,
        expected: shown.length === 0 ? 'none: the file has no arrays' : `one of ${shown.join(', ')}`,
        ...(nearest.length === 0 ? {} : { fix: `Did you mean '${nearest[0] ?? ''}'?` }),
    });
}
/** The error for what the file holds and is not read. */
export function notReadable(path, key, reason) {
    return new FormatError({
        name: path,
        problem: `the variable '${key}' is ${reason}`,
        expected: 'real numbers',
    });
}
