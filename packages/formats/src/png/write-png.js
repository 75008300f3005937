import { encode } from 'fast-png';
/** Writes a PNG image of 8 or 16 bits (no interlacing). The same image gives the same bytes. */
export function writePng(image) {
    const { width, height, channels, bitDepth, data } = image;
    for (const [name, extent] of [
        ['width', width],
        ['height', height],
    ]) {
        if (!Number.isSafeInteger(extent) || extent < 1) {
            throw new RangeError(`writePng: ${name} is ${String(extent)}, wanted a whole number >= 1`);
        }
    }
    if (![1, 2, 3, 4].includes(channels))
        throw new RangeError(`writePng: channels is ${String(channels)}, wanted 1, 2, 3 or 4`);
    const wanted = bitDepth === 8 ? Uint8Array : Uint16Array;
    if (!(data instanceof wanted)) {
        throw new TypeError(`writePng: bitDepth ${String(bitDepth)} needs a ${wanted.name}, got a ${data.constructor.name}`);
    }
    if (data.length !== width * height * channels) {
        throw new RangeError(`writePng: data has ${String(data.length)} values, ${String(width)} x ${String(height)} x ${String(channels)} needs ${String(width * height * channels)}`);
    }
    return encode({ width, height, channels, depth: bitDepth, data }, { zlib: { level: 6 } });
}
