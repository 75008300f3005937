/**
 * Linear light of an sRGB code: v / 12.92 up to 0.04045, ((v + 0.055) / 1.055)^2.4 above. Source: IEC 61966-2-1.
 *
 * @param v code in [0, 1]; nothing is limited or checked, NaN stays NaN
 * @returns linear light in [0, 1], relative to white
 */
export const srgbToLinear = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

/**
 * sRGB code of linear light: 12.92 v up to 0.0031308, 1.055 v^(1/2.4) - 0.055 above. Source: IEC 61966-2-1.
 *
 * @param v linear light in [0, 1], relative to white; nothing is limited or checked, NaN stays NaN
 * @returns code in [0, 1]
 */
export const linearToSrgb = (v: number): number =>
  v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055;
