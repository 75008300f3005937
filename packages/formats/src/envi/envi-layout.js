import { fromFortranOrder, toFortranOrder, transpose } from '../ndarray.js';
/** Axes of the cube [lines, samples, bands] in the order in which a file stores them, slowest first. */
export const STORED_AXES = {
    bsq: [2, 0, 1],
    bil: [0, 2, 1],
    bip: [0, 1, 2],
};
/** Shape of the data in the file. */
export function storedShape(header) {
    const shape = [header.lines, header.samples, header.bands];
    return STORED_AXES[header.interleave].map((axis) => shape[axis] ?? 0);
}
/** From the file's order to [lines, samples, bands]. */
export function toCube(stored, interleave) {
    const { dtype, data } = stored;
    const [first = 0, second = 0, third = 0] = stored.shape;
    switch (interleave) {
        case 'bip':
            return stored;
        case 'bil':
            return transpose(stored, [0, 2, 1]);
        case 'bsq':
            // [bands, pixels] in C order is [pixels, bands] in column-major order, which is turned in blocks.
            return {
                dtype,
                shape: [second, third, first],
                data: fromFortranOrder(data, dtype, [second * third, first]),
            };
    }
}
/** From [lines, samples, bands] to the file's order. */
export function fromCube(cube, interleave) {
    const { dtype, data } = cube;
    const [lines = 0, samples = 0, bands = 0] = cube.shape;
    switch (interleave) {
        case 'bip':
            return cube;
        case 'bil':
            return transpose(cube, [0, 2, 1]);
        case 'bsq':
            return {
                dtype,
                shape: [bands, lines, samples],
                data: toFortranOrder({ dtype, shape: [lines * samples, bands], data }),
            };
    }
}
