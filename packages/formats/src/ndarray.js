import { allocate } from './dtype.js';
/** Number of elements of a shape; 1 for the shape [] of a scalar. */
export function sizeOf(shape) {
    return shape.reduce((product, extent) => product * extent, 1);
}
/** Refuses an array whose data does not fit its type or shape; used by every writer. */
export function checkNdArray(caller, array) {
    const { dtype, shape, data } = array;
    if (!shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) {
        throw new RangeError(`${caller}: shape [${shape.join(', ')}] must hold whole numbers >= 0`);
    }
    if (data.length !== sizeOf(shape)) {
        throw new RangeError(`${caller}: data has ${String(data.length)} elements, but shape [${shape.join(', ')}] needs ${String(sizeOf(shape))}`);
    }
    const wanted = allocate(dtype, 0).constructor.name;
    if (data.constructor.name !== wanted) {
        throw new TypeError(`${caller}: dtype ${dtype} needs a ${wanted}, got a ${data.constructor.name}`);
    }
}
/** The values as float32: a copy, except that float32 and float16 data is returned as it is. */
export function toFloat32(array) {
    const { data } = array;
    if (data instanceof Float32Array)
        return data;
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
        return Float32Array.from(data, Number);
    }
    return Float32Array.from(data);
}
/** The values as float64: a copy, except that float64 data is returned as it is. */
export function toFloat64(array) {
    const { data } = array;
    if (data instanceof Float64Array)
        return data;
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
        return Float64Array.from(data, Number);
    }
    return Float64Array.from(data);
}
/**
 * Axes in another order, as NumPy's `transpose`: `result.shape[i] = array.shape[axes[i]]`. Without
 * `axes` the order is reversed.
 */
export function transpose(array, axes) {
    const rank = array.shape.length;
    const order = axes ?? array.shape.map((_, i) => rank - 1 - i);
    if (order.length !== rank || new Set(order).size !== rank || order.some((axis) => !(axis in array.shape))) {
        throw new RangeError(`transpose: axes [${order.join(', ')}] must name each of the ${String(rank)} axes once`);
    }
    const strides = stridesOf(array.shape);
    const shape = order.map((axis) => array.shape[axis] ?? 0);
    const data = gather(array.data, array.dtype, shape, order.map((axis) => strides[axis] ?? 0), 0);
    return { dtype: array.dtype, shape, data };
}
/** Strides, in elements, of a C-order array. */
export function stridesOf(shape) {
    const strides = new Array(shape.length).fill(1);
    for (let i = shape.length - 2; i >= 0; i--)
        strides[i] = (strides[i + 1] ?? 1) * (shape[i + 1] ?? 1);
    return strides;
}
/**
 * Copies a strided view into C order: `result[i0, i1, ...] = source[offset + i0*s0 + i1*s1 + ...]`.
 * The caller has checked that the view stays inside `source`.
 */
export function gather(source, dtype, shape, strides, offset) {
    const result = allocate(dtype, sizeOf(shape));
    if (result.length === 0)
        return result;
    const rank = shape.length;
    const inner = rank === 0 ? 1 : (shape[rank - 1] ?? 1);
    const step = rank === 0 ? 1 : (strides[rank - 1] ?? 1);
    const index = new Array(Math.max(0, rank - 1)).fill(0);
    // Typed arrays of numbers and of bigints do not mix; both sides have the same dtype here.
    const from = source;
    const to = result;
    let position = offset;
    for (let written = 0; written < result.length; written += inner) {
        for (let i = 0; i < inner; i++)
            to[written + i] = from[position + i * step] ?? 0;
        for (let axis = rank - 2; axis >= 0; axis--) {
            const stride = strides[axis] ?? 0;
            const extent = shape[axis] ?? 1;
            const next = (index[axis] ?? 0) + 1;
            position += stride;
            if (next < extent) {
                index[axis] = next;
                break;
            }
            position -= stride * extent;
            index[axis] = 0;
        }
    }
    return result;
}
/** Side of the square blocks that {@link fromFortranOrder} works in: both sides stay in the cache. */
const BLOCK = 16;
/**
 * Reorders a column-major array (the first index varies fastest: MATLAB, Fortran) of this shape into C
 * order. Up to three axes are done in blocks, since a plain loop misses the cache at every element.
 */
export function fromFortranOrder(data, dtype, shape) {
    if (shape.filter((extent) => extent !== 1).length <= 1)
        return data;
    if (shape.length > 3) {
        const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
        return gather(data, dtype, shape, strides, 0);
    }
    const [rows = 1, columns = 1, planes = 1] = shape;
    const result = allocate(dtype, data.length);
    const from = data; // same dtype on both sides, as in gather
    const to = result;
    for (let row0 = 0; row0 < rows; row0 += BLOCK) {
        const row1 = Math.min(row0 + BLOCK, rows);
        for (let column0 = 0; column0 < columns; column0 += BLOCK) {
            const column1 = Math.min(column0 + BLOCK, columns);
            for (let plane = 0; plane < planes; plane++) {
                for (let column = column0; column < column1; column++) {
                    const source = rows * (column + columns * plane);
                    for (let row = row0; row < row1; row++) {
                        to[(row * columns + column) * planes + plane] = from[source + row] ?? 0;
                    }
                }
            }
        }
    }
    return result;
}
/** The inverse of {@link fromFortranOrder}: C order into column-major order. */
export function toFortranOrder(array) {
    // Column-major order of a shape is C order of the reversed shape.
    return fromFortranOrder(array.data, array.dtype, [...array.shape].reverse());
}
