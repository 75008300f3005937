/** A file could not be read or written; `message` says why in words and what to do. */
export class FileError extends Error {
    path;
    /** The system's code, such as ENOENT or ENOSPC. */
    code;
    constructor(path, code, message, cause) {
        super(message, cause === undefined ? undefined : { cause });
        this.name = 'FileError';
        this.path = path;
        this.code = code;
    }
}
export function codeOf(error) {
    if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
        return error.code;
    return '';
}
const REASONS = {
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    EFBIG: 'the file would be larger than the system allows',
    EACCES: 'there is no permission',
    EPERM: 'there is no permission',
    EROFS: 'the file system is read-only',
    ENOENT: 'the folder does not exist',
    ENOTDIR: 'a part of the path is a file, not a folder',
    EISDIR: 'it is a folder',
    EMFILE: 'too many files are open',
    ENFILE: 'too many files are open',
    ENAMETOOLONG: 'the name is too long',
    EIO: 'the device reports an input/output error',
};
/** Why the system refused, in words; the system's own message where the code is not in the table. */
export function reasonOf(error) {
    const code = codeOf(error);
    const reason = REASONS[code];
    return reason === undefined ? String(error) : `${reason} (${code})`;
}
