import { withScratch } from '../arena/scratch.js';
import { convGeometry, type ConvAttributes } from './conv-geometry.js';
import { conv2dBackpropFilterReference } from './conv-gradients.reference.js';
import { filterArguments, roundUp4, simdKernels } from './simd-kernels.js';
import { readFloats, writeFloats, type WasmKernel } from './wasm-kernel.js';

interface Attributes extends ConvAttributes {
  readonly filterShape: [number, number, number, number];
}

/** dw[kh,kw,ci,co] = sum over pixels of x[n,ih,iw,ci] * dy[n,oh,ow,co]; the WASM backend has no such kernel. */
export const conv2dBackpropFilter: WasmKernel<'x' | 'dy', Attributes> = {
  name: 'Conv2DBackpropFilter',
  run(backend, { x, dy }, attributes) {
    const { filterShape } = attributes;
    const g = convGeometry('Conv2DBackpropFilter', x.shape, filterShape, attributes, false);
    const simd = simdKernels(backend);
    if (simd === undefined) {
      const dw = conv2dBackpropFilterReference(readFloats(backend, x), readFloats(backend, dy), g);
      return writeFloats(backend, dw, filterShape);
    }
    const { arena, run } = simd;
    const dw = arena.makeOutput(filterShape, 'float32');
    const coPadded = roundUp4(g.outChannels);
    const rowBytes = 4 * g.outWidth * coPadded;
    const filterBytes = 4 * g.filterHeight * g.filterWidth * roundUp4(g.inChannels) * coPadded;
    const { batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = g;
    withScratch(arena, [rowBytes, filterBytes], (row, acc) =>
      run.conv2dBackpropFilter({
        x: arena.pointer(x),
        dy: arena.pointer(dy),
        dw: arena.pointer(dw),
        row,
        acc,
        batch,
        inHeight,
        inWidth,
        inChannels,
        outHeight,
        outWidth,
        outChannels,
        ...filterArguments(g),
      }),
    );
    return dw;
  },
};
