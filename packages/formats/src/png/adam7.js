/** First column and row, and steps, of the seven passes of an interlaced image (PNG specification, 8.2). */
export const ADAM7_PASSES = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
];
/**
 * Codes of an interlaced image of one channel and 1, 2 or 4 bits, one a byte; fast-png has none of these. `raw`: the inflated
 * data, a filter byte before each row of each pass.
 *
 * @throws Error for an unknown filter type
 */
export function deinterlace({ width, height, bitDepth }, raw) {
    const codes = new Uint8Array(width * height);
    const mask = 2 ** bitDepth - 1;
    let at = 0;
    for (const [x0, y0, stepX, stepY] of ADAM7_PASSES) {
        const columns = Math.max(0, Math.ceil((width - x0) / stepX));
        const rows = Math.max(0, Math.ceil((height - y0) / stepY));
        if (columns === 0 || rows === 0)
            continue;
        const rowBytes = Math.ceil((columns * bitDepth) / 8);
        let above = new Uint8Array(rowBytes);
        for (let row = 0; row < rows; row++) {
            const line = unfilter(raw[at] ?? 0, raw.subarray(at + 1, at + 1 + rowBytes), above);
            at += 1 + rowBytes;
            for (let column = 0; column < columns; column++) {
                const bit = column * bitDepth;
                const code = ((line[bit >> 3] ?? 0) >> (8 - bitDepth - (bit & 7))) & mask;
                codes[(y0 + row * stepY) * width + x0 + column * stepX] = code;
            }
            above = line;
        }
    }
    return codes;
}
/** Undoes a row's filter (PNG specification, 9.2) where a pixel has less than a byte: the byte before is the neighbour. */
function unfilter(type, filtered, above) {
    const line = new Uint8Array(filtered.length);
    for (let i = 0; i < line.length; i++) {
        const left = i > 0 ? (line[i - 1] ?? 0) : 0;
        const up = above[i] ?? 0;
        const corner = i > 0 ? (above[i - 1] ?? 0) : 0;
        line[i] = (filtered[i] ?? 0) + predict(type, left, up, corner);
    }
    return line;
}
function predict(type, left, up, corner) {
    switch (type) {
        case 0:
            return 0;
        case 1:
            return left;
        case 2:
            return up;
        case 3:
            return (left + up) >> 1;
        case 4: {
            const estimate = left + up - corner;
            const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
            return a <= b && a <= c ? left : b <= c ? up : corner;
        }
        default:
            throw new Error(`filter type ${String(type)}`);
    }
}
