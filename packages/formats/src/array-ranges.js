import { sizeOf, stridesOf, gather } from './ndarray.js';
/**
 * Checks ranges against a shape and fills in whole axes.
 *
 * @throws RangeError naming caller, axis and shape.
 */
export function resolveRanges(caller, shape, ranges) {
    if (ranges.length !== shape.length) {
        throw new RangeError(`${caller}: ${String(ranges.length)} ranges for the ${String(shape.length)} axes of shape [${shape.join(', ')}]; give null for a whole axis`);
    }
    return shape.map((extent, axis) => {
        const [begin, end] = ranges[axis] ?? [0, extent];
        if (!Number.isSafeInteger(begin) ||
            !Number.isSafeInteger(end) ||
            begin < 0 ||
            end < begin ||
            end > extent) {
            throw new RangeError(`${caller}: range [${String(begin)}, ${String(end)}) of axis ${String(axis)} must lie in [0, ${String(extent)}) of shape [${shape.join(', ')}]`);
        }
        return [begin, end];
    });
}
/** A part of an array, as a copy. */
export function sliceArray(caller, array, ranges) {
    const resolved = resolveRanges(caller, array.shape, ranges);
    const shape = resolved.map(([begin, end]) => end - begin);
    const strides = stridesOf(array.shape);
    const offset = resolved.reduce((sum, [begin], axis) => sum + begin * (strides[axis] ?? 0), 0);
    const data = sizeOf(shape) === 0 ? array.data.slice(0, 0) : gather(array.data, array.dtype, shape, strides, offset);
    return { dtype: array.dtype, shape, data };
}
