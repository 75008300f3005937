import { hooked, kernelTaps, pixels, type CostForm } from '@prismamba/core/layer';

/** Stride-1 kernels: taps [kh, kw, in, out] or, depthwise, [kh, kw, channels, 1], once a pixel. */
export const agdStageCost: CostForm = (stage) => ({
  costs: [hooked('convolution', pixels(stage.input) * kernelTaps(stage))],
});
