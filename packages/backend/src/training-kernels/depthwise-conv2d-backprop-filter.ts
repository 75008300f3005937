import { withScratch } from '../arena/scratch.js';
import { convGeometry, type ConvAttributes } from './conv-geometry.js';
import { depthwiseBackpropFilterReference } from './conv-gradients.reference.js';
import { filterArguments, roundUp4, simdKernels } from './simd-kernels.js';
import { readFloats, writeFloats, type WasmKernel } from './wasm-kernel.js';

interface Attributes extends ConvAttributes {
  readonly filterShape: [number, number, number, number];
}

/** dw[kh,kw,c,m] = sum over pixels of x[n,ih,iw,c] * dy[n,oh,ow,c*M+m]; SIMD for M = 1. */
export const depthwiseConv2dBackpropFilter: WasmKernel<'x' | 'dy', Attributes> = {
  name: 'DepthwiseConv2dNativeBackpropFilter',
  run(backend, { x, dy }, attributes) {
    const { filterShape } = attributes;
    const g = convGeometry('DepthwiseConv2dNativeBackpropFilter', x.shape, filterShape, attributes, true);
    const simd = g.outChannels === g.inChannels ? simdKernels(backend) : undefined;
    if (simd === undefined) {
      const dw = depthwiseBackpropFilterReference(readFloats(backend, x), readFloats(backend, dy), g);
      return writeFloats(backend, dw, filterShape);
    }
    const { arena, run } = simd;
    const dw = arena.makeOutput(filterShape, 'float32');
    const sumBytes = 4 * g.filterHeight * g.filterWidth * roundUp4(g.inChannels);
    const { batch, inHeight, inWidth, inChannels: channels, outHeight, outWidth } = g;
    withScratch(arena, [sumBytes], (acc) =>
      run.depthwiseBackpropFilter({
        x: arena.pointer(x),
        dy: arena.pointer(dy),
        dw: arena.pointer(dw),
        acc,
        batch,
        inHeight,
        inWidth,
        channels,
        outHeight,
        outWidth,
        ...filterArguments(g),
      }),
    );
    return dw;
  },
};
