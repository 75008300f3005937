import { backend_util } from '@tensorflow/tfjs-core';
import { readFloats, writeFloats, type WasmKernel } from './wasm-kernel.js';

interface Attributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * dx = dy at the first largest element of each window, summed over the windows that share it. Replaces the WASM
 * backend's own kernel, whose gradient is wrong for maps that are wider than high (seen in 4.22.0).
 */
export const maxPoolGrad: WasmKernel<'dy' | 'input', Attributes> = {
  name: 'MaxPoolGrad',
  run(backend, { dy, input }, { filterSize, strides, pad, dimRoundingMode }) {
    const shape = input.shape as [number, number, number, number];
    const info = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const { batchSize, inHeight, inWidth, inChannels: channels, outHeight, outWidth, padInfo } = info;
    const x = readFloats(backend, input);
    const upstream = readFloats(backend, dy);
    const dx = new Float32Array(x.length);
    for (let out = 0; out < batchSize * outHeight * outWidth; out++) {
      const ow = out % outWidth;
      const oh = Math.floor(out / outWidth) % outHeight;
      const n = Math.floor(out / (outWidth * outHeight));
      const top = oh * info.strideHeight - padInfo.top;
      const left = ow * info.strideWidth - padInfo.left;
      const [h0, h1] = [Math.max(top, 0), Math.min(top + info.filterHeight, inHeight)];
      const [w0, w1] = [Math.max(left, 0), Math.min(left + info.filterWidth, inWidth)];
      for (let c = 0; c < channels; c++) {
        let largest = -Infinity;
        let at = -1;
        for (let h = h0; h < h1; h++) {
          for (let w = w0; w < w1; w++) {
            const index = ((n * inHeight + h) * inWidth + w) * channels + c;
            if (at < 0 || x[index]! > largest) {
              largest = x[index]!;
              at = index;
            }
          }
        }
        if (at >= 0) dx[at]! += upstream[out * channels + c]!;
      }
    }
    return writeFloats(backend, dx, shape);
  },
};
