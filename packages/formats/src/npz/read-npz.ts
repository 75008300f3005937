import { FormatError, type ReadOptions } from '../format-error.js';
import type { NdArray } from '../ndarray.js';
import { readNpy } from '../npy/read-npy.js';
import { ZipArchive } from '../zip/open-zip.js';
import { DEFAULT_MAX_BYTES } from '../format-error.js';
import { memoryBytes } from '../dtype.js';

/**
 * Reads a NumPy `.npz` archive (stored or deflated) into arrays by name, in the order of the file.
 *
 * @throws FormatError naming the archive and the member.
 */
export function readNpz(bytes: Uint8Array, options: ReadOptions = {}): Map<string, NdArray> {
  const name = options.name ?? 'npz';
  const limit = options.maxBytes ?? DEFAULT_MAX_BYTES;
  const zip = new ZipArchive(bytes, { name, maxBytes: limit });
  const result = new Map<string, NdArray>();
  let left = limit;
  for (const member of zip.names) {
    if (!member.endsWith('.npy')) {
      throw new FormatError({
        name,
        problem: `the member '${member}' is no array`,
        expected: 'members named *.npy',
      });
    }
    const array = readNpy(zip.read(member), { name: `${name} (${member})`, maxBytes: left });
    left -= array.data.length * memoryBytes(array.dtype);
    result.set(member.slice(0, -'.npy'.length), array);
  }
  return result;
}
