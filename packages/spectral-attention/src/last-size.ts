import type * as tfl from '@tensorflow/tfjs-layers';

/** The number of channels of a layer's (first) input. @throws when it is not fixed. */
export function lastSize(caller: string, inputShape: tfl.Shape | tfl.Shape[]): number {
  const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfl.Shape;
  const channels = shape[shape.length - 1];
  if (typeof channels !== 'number') {
    throw new Error(
      `${caller}: input shape: got [${shape.join(', ')}], wanted a fixed number of channels as the last size`,
    );
  }
  return channels;
}
