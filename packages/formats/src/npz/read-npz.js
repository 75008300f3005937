import { memoryBytes } from '../dtype.js';
import { DEFAULT_MAX_BYTES, FormatError } from '../format-error.js';
import { readNpy } from '../npy/read-npy.js';
import { ZipArchive } from '../zip/open-zip.js';
/**
 * Reads a NumPy `.npz` archive (stored or deflated) into arrays by name, in the order of the file. Members that are no
 * arrays of numbers are left out.
 *
 * @throws FormatError naming the archive and the member for damage, and where no array of numbers is left.
 */
export function readNpz(bytes, options = {}) {
    const name = options.name ?? 'npz';
    const limit = options.maxBytes ?? DEFAULT_MAX_BYTES;
    const zip = new ZipArchive(bytes, { name, maxBytes: limit });
    const result = new Map();
    const skipped = [];
    const skip = (member, reason) => {
        skipped.push(`'${member}' (${reason})`);
        options.onSkipped?.(member, reason);
    };
    let left = limit;
    for (const member of zip.names) {
        if (!member.endsWith('.npy')) {
            skip(member, 'no .npy file');
            continue;
        }
        try {
            const array = readNpy(zip.read(member), { name: `${name} (${member})`, maxBytes: left });
            left -= array.data.length * memoryBytes(array.dtype);
            result.set(member.slice(0, -'.npy'.length), array);
        }
        catch (error) {
            if (!(error instanceof FormatError) || !error.unsupported)
                throw error;
            skip(member.slice(0, -'.npy'.length), error.problem);
        }
    }
    if (result.size === 0 && skipped.length > 0) {
        throw new FormatError({
            name,
            problem: `there is no array of numbers, only ${skipped.slice(0, 10).join(', ')}`,
            expected: 'members named *.npy with a plain number type',
        });
    }
    return result;
}
