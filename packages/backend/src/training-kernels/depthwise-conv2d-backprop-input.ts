import { convGeometry, type ConvAttributes } from './conv-geometry.js';
import { depthwiseBackpropInputReference } from './conv-gradients.reference.js';
import { readFloats, runWasmKernel, writeFloats, type WasmKernel } from './wasm-kernel.js';

interface Attributes extends ConvAttributes {
  readonly inputShape: [number, number, number, number];
}

/**
 * dx[n,ih,iw,c] = sum over taps and m of dy[n,oh,ow,c*M+m] * w[kh,kw,c,m].
 * With stride 1 and M = 1 this is a depthwise convolution of dy with the filter turned by 180 degrees and the
 * complementary padding, which the backend's own SIMD kernel computes.
 */
export const depthwiseConv2dBackpropInput: WasmKernel<'dy' | 'filter', Attributes> = {
  name: 'DepthwiseConv2dNativeBackpropInput',
  run(backend, { dy, filter }, attributes) {
    const { inputShape } = attributes;
    const g = convGeometry('DepthwiseConv2dNativeBackpropInput', inputShape, filter.shape, attributes, true);
    const top = (g.filterHeight - 1) * g.dilationHeight - g.padTop;
    const left = (g.filterWidth - 1) * g.dilationWidth - g.padLeft;
    // out + top + bottom - (k-1)*d = in
    const bottom = g.inHeight - g.outHeight + (g.filterHeight - 1) * g.dilationHeight - top;
    const right = g.inWidth - g.outWidth + (g.filterWidth - 1) * g.dilationWidth - left;
    const sameChannels = g.inChannels === g.outChannels;
    const unitStride = g.strideHeight === 1 && g.strideWidth === 1;
    if (!sameChannels || !unitStride || Math.min(top, left, bottom, right) < 0) {
      const dx = depthwiseBackpropInputReference(readFloats(backend, dy), readFloats(backend, filter), g);
      return writeFloats(backend, dx, inputShape);
    }
    const turned = runWasmKernel('Reverse', backend, { x: filter }, { dims: [0, 1] });
    const padding = [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ];
    const dx = runWasmKernel(
      'DepthwiseConv2dNative',
      backend,
      { x: dy, filter: turned },
      {
        strides: [1, 1],
        pad: padding,
        dilations: [g.dilationHeight, g.dilationWidth],
        dimRoundingMode: undefined,
      },
    );
    backend.disposeData(turned.dataId);
    return dx;
  },
};
