export function readText(reader, length) {
    return new TextDecoder().decode(reader.take(length, 'a string'));
}
/** A line of a global: module or name, up to the line end. */
export function readLine(reader) {
    const { bytes, offset } = reader;
    const end = bytes.indexOf(0x0a, offset);
    const raw = reader.take(end < 0 ? reader.remaining + 1 : end - offset, 'the name of a global');
    reader.take(1, 'the name of a global');
    return new TextDecoder().decode(raw);
}
/** Two's complement, little-endian. Longer than 32 bytes is no number that a checkpoint has. */
export function readLong(reader, fail, length) {
    if (length > 32)
        throw fail(`an integer of ${String(length)} bytes`, 'at most 32');
    const raw = reader.take(length, 'an integer');
    let value = 0n;
    for (const byte of [...raw].reverse())
        value = (value << 8n) | BigInt(byte);
    if (length > 0 && (raw[length - 1] ?? 0) & 0x80)
        value -= 1n << BigInt(8 * length);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
}
