import * as tfl from '@tensorflow/tfjs-layers';

export interface ConvolutionOptions {
  /** Layer name: the official module path. */
  readonly name: string;
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides?: number;
  readonly useBias?: boolean;
  readonly activation?: 'relu';
  /** `same` pads with zeros ((k-1)/2 on each side for odd kernels); `valid` where padding comes before. */
  readonly padding?: 'same' | 'valid';
}

/**
 * A `tf.layers.conv2d` whose weights start at zero: `initialiseModel` fills them by the rules of the official
 * network, so that drawing numbers here would be lost work.
 */
export function convolution(options: ConvolutionOptions): tfl.layers.Layer {
  const { strides = 1, useBias = false, padding = 'same', ...rest } = options;
  return tfl.layers.conv2d({ ...rest, strides, useBias, padding, kernelInitializer: 'zeros' });
}

/** A depthwise convolution (one kernel a channel), initialised by `initialiseModel`. */
export function depthwiseConvolution(options: Omit<ConvolutionOptions, 'filters'>): tfl.layers.Layer {
  const { strides = 1, useBias = false, padding = 'same', ...rest } = options;
  return tfl.layers.depthwiseConv2d({ ...rest, strides, useBias, padding, depthwiseInitializer: 'zeros' });
}
