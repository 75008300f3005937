/** [pixels, channels] to [channels, pixels]: what a pixel has in every channel against what a channel has in every pixel. */
export function channelsFirst(data: Float32Array, pixels: number, channels: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let p = 0, from = 0; p < pixels; p++)
    for (let c = 0; c < channels; c++, from++) out[c * pixels + p] = data[from]!;
  return out;
}

/** [channels, pixels] to [pixels, channels]. */
export const channelsLast = (data: Float32Array, pixels: number, channels: number): Float32Array =>
  channelsFirst(data, channels, pixels);
