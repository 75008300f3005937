/**
 * IEEE 754 binary16 and bfloat16 to and from numbers.
 *
 * binary16: sign 1, exponent 5 (bias 15), fraction 10. bfloat16: the upper half of a float32.
 */
/** The value of a binary16 bit pattern; exact. */
export function float16ToNumber(bits) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0)
        return sign * fraction * 2 ** -24;
    if (exponent === 31)
        return fraction ? NaN : sign * Infinity;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
/** The nearest binary16 bit pattern, ties to even; beyond 65519.99... it is infinity. */
export function numberToFloat16(value) {
    if (Number.isNaN(value))
        return 0x7e00;
    const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
    const magnitude = Math.abs(value);
    if (magnitude >= 65520)
        return sign | 0x7c00;
    // Step between neighbouring values: 2^-24 for subnormal numbers, 2^(e-10) else.
    let exponent = magnitude === 0 ? -14 : Math.max(-14, Math.floor(Math.log2(magnitude)));
    if (exponent > -14 && 2 ** exponent > magnitude)
        exponent -= 1; // log2 rounded up
    const steps = roundHalfToEven(magnitude / 2 ** (exponent - 10));
    // A carry out of the fraction runs into the exponent, which is the right next value.
    return sign | (((exponent + 14) << 10) + steps);
}
function roundHalfToEven(value) {
    const floor = Math.floor(value);
    const rest = value - floor;
    if (rest > 0.5)
        return floor + 1;
    if (rest < 0.5)
        return floor;
    return floor % 2 === 0 ? floor : floor + 1;
}
const scratch = new DataView(new ArrayBuffer(4));
/** The value of a bfloat16 bit pattern; exact. */
export function bfloat16ToNumber(bits) {
    scratch.setUint32(0, (bits << 16) >>> 0);
    return scratch.getFloat32(0);
}
