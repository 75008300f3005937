import type { OnnxForm, OnnxNodes } from '@prismamba/core/layer';
import { waveletFilters, type WaveletName } from './wavelet-filters.js';

type Filter = readonly number[];

/** A depthwise kernel [channels, 1, L, L] for each band: LL, LH (low along the width, high along the height), HL, HH. */
function kernels(graph: OnnxNodes, low: Filter, high: Filter, channels: number): string[] {
  const bands: readonly (readonly [vertical: Filter, horizontal: Filter])[] = [
    [low, low],
    [high, low],
    [low, high],
    [high, high],
  ];
  return bands.map(([vertical, horizontal]) => {
    const kernel = vertical.flatMap((v) => horizontal.map((h) => v * h));
    const values = Array.from({ length: channels }, () => kernel).flat();
    return graph.floats([channels, 1, low.length, low.length], values);
  });
}

/** `dwt2d` of a map [B, C, H, W]: [B, 4C, H', W'], band-major. y[o] = sum_k f[k] x[2o + 1 - k] convolves with f reversed. */
export function dwt2dNodes(graph: OnnxNodes, x: string, wavelet: WaveletName, channels: number): string {
  const { decLow, decHigh } = waveletFilters(wavelet);
  const L = decLow.length;
  const bands = kernels(graph, decLow.toReversed(), decHigh.toReversed(), channels).map((kernel) =>
    graph.node('Conv', [x, kernel], { group: channels, strides: [2, 2], pads: [L - 2, L - 2, L - 1, L - 1] }),
  );
  return graph.node('Concat', bands, { axis: 1 });
}

/** `idwt2d` to the largest size: [B, 4C, H', W'] to [B, C, 2H' - L + 2, 2W' - L + 2]. */
export function idwt2dNodes(graph: OnnxNodes, y: string, wavelet: WaveletName, channels: number): string {
  const { recLow, recHigh } = waveletFilters(wavelet);
  const L = recLow.length;
  const bands = graph.split(y, 1, [channels, channels, channels, channels]);
  return kernels(graph, recLow, recHigh, channels)
    .map((kernel, i) =>
      graph.node('ConvTranspose', [bands[i]!, kernel], {
        group: channels,
        strides: [2, 2],
        pads: [L - 2, L - 2, L - 2, L - 2],
      }),
    )
    .reduce((sum, band) => graph.node('Add', [sum, band]));
}

export const dwt2dOnnx: OnnxForm = ({ graph, config, x, inputShape }) =>
  dwt2dNodes(graph, x, config['wavelet'] as WaveletName, inputShape[3]!);

export const idwt2dOnnx: OnnxForm = ({ graph, config, x, inputShape }) =>
  idwt2dNodes(graph, x, config['wavelet'] as WaveletName, inputShape[3]! / 4);
