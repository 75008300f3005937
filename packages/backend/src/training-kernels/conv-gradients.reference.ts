import type { ConvGeometry } from './conv-geometry.js';

/**
 * The definition of the convolution gradients as plain loops with float64 sums; also what runs where the WASM
 * backend has no SIMD. With ih = oh*s - p + kh*d (and iw alike), and zero outside the map:
 *
 *   y[n,oh,ow,co]  = sum_{kh,kw,ci} x[n,ih,iw,ci] * w[kh,kw,ci,co]
 *   dw[kh,kw,ci,co] = sum_{n,oh,ow} x[n,ih,iw,ci] * dy[n,oh,ow,co]
 *   dx[n,ih,iw,ci]  = sum over all (kh,kw,oh,ow,co) that meet ih,iw of dy[n,oh,ow,co] * w[kh,kw,ci,co]
 *
 * depthwise: co = ci*m + j with filter [kh,kw,ci,m], no sum over ci.
 */
type Values = ArrayLike<number>;

/** Calls `visit` with the offsets (in pixels) of every input pixel that meets an output pixel through a filter tap. */
function forEachMeeting(g: ConvGeometry, visit: (input: number, output: number, tap: number) => void): void {
  for (let n = 0; n < g.batch; n++) {
    for (let oh = 0; oh < g.outHeight; oh++) {
      for (let kh = 0; kh < g.filterHeight; kh++) {
        const ih = oh * g.strideHeight - g.padTop + kh * g.dilationHeight;
        if (ih < 0 || ih >= g.inHeight) continue;
        for (let kw = 0; kw < g.filterWidth; kw++) {
          const tap = kh * g.filterWidth + kw;
          for (let ow = 0; ow < g.outWidth; ow++) {
            const iw = ow * g.strideWidth - g.padLeft + kw * g.dilationWidth;
            if (iw < 0 || iw >= g.inWidth) continue;
            visit((n * g.inHeight + ih) * g.inWidth + iw, (n * g.outHeight + oh) * g.outWidth + ow, tap);
          }
        }
      }
    }
  }
}

export function conv2dBackpropFilterReference(x: Values, dy: Values, g: ConvGeometry): Float64Array {
  const { inChannels, outChannels } = g;
  const dw = new Float64Array(g.filterHeight * g.filterWidth * inChannels * outChannels);
  forEachMeeting(g, (input, output, tap) => {
    for (let ci = 0; ci < inChannels; ci++) {
      const value = x[input * inChannels + ci]!;
      const row = (tap * inChannels + ci) * outChannels;
      const from = output * outChannels;
      for (let co = 0; co < outChannels; co++) dw[row + co]! += value * dy[from + co]!;
    }
  });
  return dw;
}

export function conv2dBackpropInputReference(dy: Values, w: Values, g: ConvGeometry): Float64Array {
  const { inChannels, outChannels } = g;
  const dx = new Float64Array(g.batch * g.inHeight * g.inWidth * inChannels);
  forEachMeeting(g, (input, output, tap) => {
    for (let ci = 0; ci < inChannels; ci++) {
      const row = (tap * inChannels + ci) * outChannels;
      let sum = 0;
      for (let co = 0; co < outChannels; co++) sum += dy[output * outChannels + co]! * w[row + co]!;
      dx[input * inChannels + ci]! += sum;
    }
  });
  return dx;
}

export function depthwiseBackpropFilterReference(x: Values, dy: Values, g: ConvGeometry): Float64Array {
  const { inChannels, outChannels } = g;
  const multiplier = outChannels / inChannels;
  const dw = new Float64Array(g.filterHeight * g.filterWidth * outChannels);
  forEachMeeting(g, (input, output, tap) => {
    for (let co = 0; co < outChannels; co++) {
      const ci = Math.floor(co / multiplier);
      dw[tap * outChannels + co]! += x[input * inChannels + ci]! * dy[output * outChannels + co]!;
    }
  });
  return dw;
}

export function depthwiseBackpropInputReference(dy: Values, w: Values, g: ConvGeometry): Float64Array {
  const { inChannels, outChannels } = g;
  const multiplier = outChannels / inChannels;
  const dx = new Float64Array(g.batch * g.inHeight * g.inWidth * inChannels);
  forEachMeeting(g, (input, output, tap) => {
    for (let co = 0; co < outChannels; co++) {
      const ci = Math.floor(co / multiplier);
      dx[input * inChannels + ci]! += dy[output * outChannels + co]! * w[tap * outChannels + co]!;
    }
  });
  return dx;
}
