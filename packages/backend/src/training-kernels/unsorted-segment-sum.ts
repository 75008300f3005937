import { readFloats, writeFloats, type WasmKernel } from './wasm-kernel.js';

interface Attributes {
  readonly numSegments: number;
}

/** y[s, ...] = sum of x[i, ...] over all i with segmentIds[i] = s: the gradient of `tf.gather`. */
export const unsortedSegmentSum: WasmKernel<'x' | 'segmentIds', Attributes> = {
  name: 'UnsortedSegmentSum',
  run(backend, { x, segmentIds }, { numSegments }) {
    const values = readFloats(backend, x);
    const ids = backend.readSync(segmentIds.dataId) as Int32Array;
    const rowShape = x.shape.slice(segmentIds.shape.length);
    const rowSize = rowShape.reduce((size, length) => size * length, 1);
    const sums = new Float64Array(numSegments * rowSize);
    ids.forEach((id, row) => {
      // TensorFlow drops negative ids.
      if (id < 0 || id >= numSegments) return;
      for (let i = 0; i < rowSize; i++) sums[id * rowSize + i]! += values[row * rowSize + i]!;
    });
    return writeFloats(backend, sums, [numSegments, ...rowShape]);
  },
};
