import { AtomicFile } from './atomic-file.js';
/**
 * Writes a file whole or not at all (temporary file beside it, flush, rename). Synchronous, so that a
 * signal handler can rely on it.
 *
 * @throws FileError for a full disk, an unwritable or missing folder; the old file is then unchanged.
 */
export function writeFileAtomic(path, content) {
    const file = new AtomicFile(path);
    file.write(typeof content === 'string' ? new TextEncoder().encode(content) : content);
    file.commit();
}
