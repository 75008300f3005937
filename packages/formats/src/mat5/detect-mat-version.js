const HDF5_SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
function isHdf5At(bytes, at) {
    return HDF5_SIGNATURE.every((byte, i) => bytes[at + i] === byte);
}
/**
 * Which kind of `.mat` file these bytes are, by looking at them; undefined for something else. The
 * first 4096 bytes are enough.
 */
export function detectMatVersion(bytes) {
    if (isHdf5At(bytes, 0))
        return 'hdf5';
    // A user block has 512, 1024, 2048, ... bytes.
    for (let at = 512; at + 8 <= bytes.length; at *= 2)
        if (isHdf5At(bytes, at))
            return 'v7.3';
    if (bytes.length >= 128) {
        const order = String.fromCharCode(bytes[126] ?? 0, bytes[127] ?? 0);
        const major = order === 'IM' ? bytes[125] : order === 'MI' ? bytes[124] : undefined;
        if (major === 1)
            return 'v5';
    }
    if (bytes.length >= 20 && looksLikeV4(bytes))
        return 'v4';
    return undefined;
}
/**
 * Level 4 files begin with five 32-bit numbers: type MOPT, rows, columns, complex flag, name length.
 * M = 0 little-endian, 1 big-endian; O = 0; P = 0 to 5; T = 0 to 2.
 */
function looksLikeV4(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (const little of [true, false]) {
        const type = view.getUint32(0, little);
        const [m, o, p, t] = [
            Math.floor(type / 1000),
            Math.floor(type / 100) % 10,
            Math.floor(type / 10) % 10,
            type % 10,
        ];
        const nameLength = view.getUint32(16, little);
        if (m === (little ? 0 : 1) &&
            o === 0 &&
            p <= 5 &&
            t <= 2 &&
            view.getUint32(12, little) <= 1 &&
            nameLength >= 1 &&
            nameLength <= 64) {
            return true;
        }
    }
    return false;
}
