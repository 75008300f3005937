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

/**
 * A PNG whose eXIf chunk stands behind the picture, where the decoder does not look for it, with that chunk in front of it; any
 * other file as it is. The orientation tag is in that chunk.
 */
export function exifFirst(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x89 || bytes[1] !== 0x50) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let picture: number | undefined;
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === 'IDAT') picture ??= at;
    if (type === 'eXIf' && picture !== undefined && end <= bytes.length) {
      const moved = Uint8Array.from(bytes); // `slice` of a Buffer would be the same memory
      moved.set(bytes.subarray(at, end), picture);
      moved.set(bytes.subarray(picture, at), picture + end - at);
      return moved;
    }
    if (type === 'eXIf') return bytes;
    at = end;
  }
  return bytes;
}
