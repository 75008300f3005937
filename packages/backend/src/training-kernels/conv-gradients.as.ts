// Gradients of convolutions on NHWC maps, for TensorFlow.js's WASM backend, which lacks them.
//
// Method: the filter gradient of one tap is a product of two tall matrices over the output pixels,
//   acc[tap][ci][co] += sum_pixels x[pixel + tap][ci] * dy[pixel][co].
// One image row of dy at a time is packed to a multiple of 4 channels (L1); a block of 4 input channels by 8 output
// channels stays in 8 registers over the pixels of the row. Borders, strides and dilations are ranges of pixels, so
// nothing is padded or unfolded. Memory: one packed row and one padded copy of the filter. Passes over x: one for
// each tap; over dy: one.
// All pointers are bytes; every read stays inside its tensor.

import { block4x4, block4x8 } from '../assembly/matrix-blocks.as';
import { madd } from '../assembly/simd-math.as';

@inline
function ceilDiv(a: i32, b: i32): i32 {
  return a >= 0 ? (a + b - 1) / b : -(-a / b);
}

/** First output column whose input column ow*stride - pad + offset is not negative. */
@inline
function firstColumn(offset: i32, stride: i32): i32 {
  return max(0, ceilDiv(-offset, stride));
}

/** One past the last output column whose input column is inside the map. */
@inline
function endColumn(offset: i32, stride: i32, inWidth: i32, outWidth: i32): i32 {
  return min(outWidth, ceilDiv(inWidth - offset, stride));
}

/** Up to 4 floats at p; lanes from `count` on are zero. */
@inline
function loadPart(p: usize, count: i32): v128 {
  if (count >= 4) return v128.load(p);
  if (count == 1) return v128.load32_zero(p);
  const low = v128.load64_zero(p);
  return count == 2 ? low : v128.load_lane<f32>(p + 8, low, 2);
}

/**
 * dw[kh,kw,ci,co]. `row` holds outWidth * pad4(outChannels) floats; `acc` holds taps * pad4(inChannels) *
 * pad4(outChannels) floats. Both are scratch with any contents.
 */
export function conv2dBackpropFilter(
  x: usize, dy: usize, dw: usize, row: usize, acc: usize,
  batch: i32, inHeight: i32, inWidth: i32, inChannels: i32,
  outHeight: i32, outWidth: i32, outChannels: i32,
  filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32,
  dilationHeight: i32, dilationWidth: i32, padTop: i32, padLeft: i32,
): void {
  const ciPad = (inChannels + 3) & ~3, coPad = (outChannels + 3) & ~3;
  const accStep = <usize>coPad * 4, tapBytes = <usize>ciPad * accStep;
  const bStep = <usize>coPad * 4, pixelBytes = <usize>inChannels * 4;
  const xStep = <usize>strideWidth * pixelBytes;
  memory.fill(acc, 0, <usize>(filterHeight * filterWidth) * tapBytes);
  memory.fill(row, 0, <usize>outWidth * bStep);
  for (let n = 0; n < batch; n++) {
    for (let oh = 0; oh < outHeight; oh++) {
      let from = dy + <usize>(n * outHeight + oh) * <usize>outWidth * <usize>outChannels * 4;
      for (let ow = 0; ow < outWidth; ow++) {
        memory.copy(row + <usize>ow * bStep, from, <usize>outChannels * 4);
        from += <usize>outChannels * 4;
      }
      for (let kh = 0; kh < filterHeight; kh++) {
        const ih = oh * strideHeight - padTop + kh * dilationHeight;
        if (ih < 0 || ih >= inHeight) continue;
        const xRow = x + <usize>(n * inHeight + ih) * <usize>inWidth * pixelBytes;
        for (let kw = 0; kw < filterWidth; kw++) {
          const offset = kw * dilationWidth - padLeft;
          const first = firstColumn(offset, strideWidth);
          const count = endColumn(offset, strideWidth, inWidth, outWidth) - first;
          if (count <= 0) continue;
          const xFirst = xRow + <usize>(first * strideWidth + offset) * pixelBytes;
          const bFirst = row + <usize>first * bStep;
          const tapAcc = acc + <usize>(kh * filterWidth + kw) * tapBytes;
          for (let ci = 0; ci < inChannels; ci += 4) {
            // Rows beyond the last channel repeat it; their sums are not used.
            const last = inChannels - 1;
            const x0 = xFirst + <usize>ci * 4, x1 = xFirst + <usize>min(ci + 1, last) * 4;
            const x2 = xFirst + <usize>min(ci + 2, last) * 4, x3 = xFirst + <usize>min(ci + 3, last) * 4;
            const accRow = tapAcc + <usize>ci * accStep;
            let co = 0;
            for (; co + 8 <= coPad; co += 8) {
              block4x8(x0, x1, x2, x3, xStep, bFirst + <usize>co * 4, bStep, count, accRow + <usize>co * 4, accStep);
            }
            if (co < coPad) {
              block4x4(x0, x1, x2, x3, xStep, bFirst + <usize>co * 4, bStep, count, accRow + <usize>co * 4, accStep);
            }
          }
        }
      }
    }
  }
  const taps = filterHeight * filterWidth;
  for (let tap = 0; tap < taps; tap++) {
    for (let ci = 0; ci < inChannels; ci++) {
      memory.copy(
        dw + <usize>(tap * inChannels + ci) * <usize>outChannels * 4,
        acc + <usize>tap * tapBytes + <usize>ci * accStep,
        <usize>outChannels * 4,
      );
    }
  }
}

/** dw[kh,kw,c,1] of a depthwise convolution. `acc` holds taps * pad4(channels) floats of scratch. */
export function depthwiseBackpropFilter(
  x: usize, dy: usize, dw: usize, acc: usize,
  batch: i32, inHeight: i32, inWidth: i32, channels: i32, outHeight: i32, outWidth: i32,
  filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32,
  dilationHeight: i32, dilationWidth: i32, padTop: i32, padLeft: i32,
): void {
  const cPad = (channels + 3) & ~3, pixelBytes = <usize>channels * 4, xStep = <usize>strideWidth * pixelBytes;
  const taps = filterHeight * filterWidth;
  memory.fill(acc, 0, <usize>(taps * cPad) * 4);
  for (let n = 0; n < batch; n++) {
    for (let oh = 0; oh < outHeight; oh++) {
      const dyRow = dy + <usize>(n * outHeight + oh) * <usize>outWidth * pixelBytes;
      for (let kh = 0; kh < filterHeight; kh++) {
        const ih = oh * strideHeight - padTop + kh * dilationHeight;
        if (ih < 0 || ih >= inHeight) continue;
        const xRow = x + <usize>(n * inHeight + ih) * <usize>inWidth * pixelBytes;
        for (let kw = 0; kw < filterWidth; kw++) {
          const offset = kw * dilationWidth - padLeft;
          const first = firstColumn(offset, strideWidth);
          const count = endColumn(offset, strideWidth, inWidth, outWidth) - first;
          if (count <= 0) continue;
          const xFirst = xRow + <usize>(first * strideWidth + offset) * pixelBytes;
          const dyFirst = dyRow + <usize>first * pixelBytes;
          const tapAcc = acc + <usize>((kh * filterWidth + kw) * cPad) * 4;
          let c = 0;
          for (; c + 8 <= channels; c += 8) {
            let p = xFirst + <usize>c * 4, q = dyFirst + <usize>c * 4;
            let s0 = v128.load(tapAcc + <usize>c * 4), s1 = v128.load(tapAcc + <usize>c * 4, 16);
            for (let i = 0; i < count; i++) {
              s0 = madd(v128.load(p), v128.load(q), s0);
              s1 = madd(v128.load(p, 16), v128.load(q, 16), s1);
              p += xStep; q += pixelBytes;
            }
            v128.store(tapAcc + <usize>c * 4, s0);
            v128.store(tapAcc + <usize>c * 4, s1, 16);
          }
          for (; c < channels; c += 4) {
            const part = min(4, channels - c);
            let p = xFirst + <usize>c * 4, q = dyFirst + <usize>c * 4;
            let s = v128.load(tapAcc + <usize>c * 4);
            for (let i = 0; i < count; i++) {
              s = madd(loadPart(p, part), loadPart(q, part), s);
              p += xStep; q += pixelBytes;
            }
            v128.store(tapAcc + <usize>c * 4, s);
          }
        }
      }
    }
  }
  for (let tap = 0; tap < taps; tap++) {
    memory.copy(dw + <usize>tap * pixelBytes, acc + <usize>(tap * cPad) * 4, pixelBytes);
  }
}

/**
 * The last step of a sub-pixel convolution: from [n, rows, columns, s*s*channels] (phase-major) to
 * [n, height, width, channels], where height <= rows*s and width <= columns*s.
 */
export function interleavePhases(
  from: usize, to: usize, batch: i32, rows: i32, columns: i32, s: i32, channels: i32, height: i32, width: i32,
): void {
  const pixelBytes = <usize>channels * 4;
  for (let n = 0; n < batch; n++) {
    for (let h = 0; h < height; h++) {
      const row = from + <usize>((n * rows + h / s) * columns) * <usize>(s * s) * pixelBytes;
      let out = to + <usize>(n * height + h) * <usize>width * pixelBytes;
      for (let w = 0; w < width; w++) {
        const phase = (h % s) * s + (w % s);
        memory.copy(out, row + <usize>((w / s) * s * s + phase) * pixelBytes, pixelBytes);
        out += pixelBytes;
      }
    }
  }
}

/**
 * The filter [kh,kw,ci,co] rearranged for the sub-pixel form as [tapsH,tapsW,co,s*s*ci], zeros where a phase ends: at
 * position u of an axis, phase i reads filter index s * (tMax - u) + i + pad.
 */
export function phaseFilter(
  w: usize, out: usize, filterHeight: i32, filterWidth: i32, ci: i32, co: i32, s: i32,
  tapsH: i32, tapsW: i32, tMaxH: i32, tMaxW: i32, padTop: i32, padLeft: i32,
): void {
  const width = s * s * ci, tapBytes = <usize>(ci * co) * 4;
  memory.fill(out, 0, <usize>(tapsH * tapsW) * <usize>(co * width) * 4);
  for (let u = 0; u < tapsH; u++) {
    for (let v = 0; v < tapsW; v++) {
      const to = out + <usize>(u * tapsW + v) * <usize>(co * width) * 4;
      for (let phase = 0; phase < s * s; phase++) {
        const kh = s * (tMaxH - u) + phase / s + padTop, kw = s * (tMaxW - v) + (phase % s) + padLeft;
        if (kh < 0 || kh >= filterHeight || kw < 0 || kw >= filterWidth) continue;
        const from = w + <usize>(kh * filterWidth + kw) * tapBytes;
        transpose(from, to + <usize>(phase * ci) * 4, ci, co, <usize>width * 4);
      }
    }
  }
}

/** [rows][columns] to [columns][rows], rows of the target `step` bytes apart; 4x4 at a time. */
function transpose(from: usize, to: usize, rows: i32, columns: i32, step: usize): void {
  const rowBytes = <usize>columns * 4;
  let c = 0;
  for (; c + 4 <= columns; c += 4) {
    let r = 0;
    for (; r + 4 <= rows; r += 4) {
      const p = from + <usize>r * rowBytes + <usize>c * 4;
      const a0 = v128.load(p), a1 = v128.load(p + rowBytes);
      const a2 = v128.load(p + 2 * rowBytes), a3 = v128.load(p + 3 * rowBytes);
      const low01 = v128.shuffle<f32>(a0, a1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(a0, a1, 2, 6, 3, 7);
      const low23 = v128.shuffle<f32>(a2, a3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(a2, a3, 2, 6, 3, 7);
      const q = to + <usize>c * step + <usize>r * 4;
      v128.store(q, v128.shuffle<f64>(low01, low23, 0, 2));
      v128.store(q + step, v128.shuffle<f64>(low01, low23, 1, 3));
      v128.store(q + 2 * step, v128.shuffle<f64>(high01, high23, 0, 2));
      v128.store(q + 3 * step, v128.shuffle<f64>(high01, high23, 1, 3));
    }
    for (; r < rows; r++) {
      for (let k = 0; k < 4; k++) {
        store<f32>(to + <usize>(c + k) * step + <usize>r * 4, load<f32>(from + <usize>r * rowBytes + <usize>(c + k) * 4));
      }
    }
  }
  for (; c < columns; c++) {
    for (let r = 0; r < rows; r++) {
      store<f32>(to + <usize>c * step + <usize>r * 4, load<f32>(from + <usize>r * rowBytes + <usize>c * 4));
    }
  }
}
