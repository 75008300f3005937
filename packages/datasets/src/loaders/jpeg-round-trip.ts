import type { JpegRoundTrip } from '../rgb-formation/rgb-step.js';

/** JPEG by libjpeg (through sharp): baseline, 4:2:0, as OpenCV and most cameras write it. */
export const jpegRoundTrip: JpegRoundTrip = async (rgb, { height, width }, quality) => {
  const { default: sharp } = await import('sharp');
  const encoded = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: '4:2:0', mozjpeg: false })
    .toBuffer();
  const { data } = await sharp(encoded).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
};
