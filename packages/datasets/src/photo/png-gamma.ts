/** The exponent of a PNG's gAMA chunk; undefined where there is none, or where the file says that it is sRGB. */
export function pngGamma(bytes: Uint8Array): number | undefined {
  if (bytes[0] !== 0x89 || bytes[1] !== 0x50) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let gamma: number | undefined;
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === 'sRGB') return undefined;
    if (type === 'gAMA' && length === 4) gamma = view.getUint32(at + 8) / 100_000;
    if (type === 'IDAT') break;
    at += 12 + length;
  }
  return gamma;
}
