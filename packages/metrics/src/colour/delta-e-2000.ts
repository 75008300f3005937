/** A colour in CIE 1976 L*a*b*. */
export type Lab = readonly [L: number, a: number, b: number];

/** Parametric weights of CIEDE2000; all 1 under the reference viewing conditions. */
export interface DeltaE2000Weights {
  readonly kL?: number;
  readonly kC?: number;
  readonly kH?: number;
}

const degrees = 180 / Math.PI;
const power7of25 = 25 ** 7;

/** Hue angle in degrees, [0, 360); that of grey is multiplied by its chroma, 0, wherever it is used. */
function hue(a: number, b: number): number {
  const angle = Math.atan2(b, a) * degrees;
  return angle < 0 ? angle + 360 : angle;
}

/** cos and sin of an angle in degrees. */
const cosd = (angle: number): number => Math.cos(angle / degrees);
const sind = (angle: number): number => Math.sin(angle / degrees);

/**
 * CIEDE2000 colour difference of two colours; 0 is equal, about 1 is just noticeable.
 *
 * Source: CIE 142-2001 (ISO/CIE 11664-6); equation numbers of Sharma, Wu, Dalal, "The CIEDE2000 color-difference
 * formula", Color Research & Application 30(1), 2005, whose test pairs are our test. Symmetric in its arguments.
 */
export function deltaE2000(
  first: Lab,
  second: Lab,
  { kL = 1, kC = 1, kH = 1 }: DeltaE2000Weights = {},
): number {
  const [L1, a1, b1] = first;
  const [L2, a2, b2] = second;
  // (2)-(7): a' = (1 + G) a with G = 0.5 (1 - sqrt(C^7 / (C^7 + 25^7))), C the mean of both chromas
  const meanC7 = ((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2) ** 7;
  const stretch = 1 + 0.5 * (1 - Math.sqrt(meanC7 / (meanC7 + power7of25)));
  const C1 = Math.hypot(stretch * a1, b1);
  const C2 = Math.hypot(stretch * a2, b2);
  const h1 = hue(stretch * a1, b1);
  const h2 = hue(stretch * a2, b2);

  // (8)-(11): differences; a hue difference goes the short way round, and is none (dH = 0) where one colour is grey
  const dL = L2 - L1;
  const dC = C2 - C1;
  let dh = h2 - h1;
  if (dh > 180) dh -= 360;
  else if (dh < -180) dh += 360;
  const dH = 2 * Math.sqrt(C1 * C2) * sind(dh / 2);

  // (12)-(14): means; the mean hue lies on the short arc
  const meanL = (L1 + L2) / 2;
  const meanC = (C1 + C2) / 2;
  let meanH = (h1 + h2) / 2;
  if (Math.abs(h1 - h2) > 180) meanH = (meanH + 180) % 360;

  // (15): T = 1 - 0.17 cos(h - 30) + 0.24 cos(2h) + 0.32 cos(3h + 6) - 0.20 cos(4h - 63)
  const T =
    1 -
    0.17 * cosd(meanH - 30) +
    0.24 * cosd(2 * meanH) +
    0.32 * cosd(3 * meanH + 6) -
    0.2 * cosd(4 * meanH - 63);
  // (16)-(21)
  const rotation = 30 * Math.exp(-(((meanH - 275) / 25) ** 2));
  const RC = 2 * Math.sqrt(meanC ** 7 / (meanC ** 7 + power7of25));
  const lightness = (meanL - 50) ** 2;
  const SL = 1 + (0.015 * lightness) / Math.sqrt(20 + lightness);
  const SC = 1 + 0.045 * meanC;
  const SH = 1 + 0.015 * meanC * T;
  const RT = -sind(2 * rotation) * RC;

  // (22)
  const l = dL / (kL * SL);
  const c = dC / (kC * SC);
  const h = dH / (kH * SH);
  return Math.sqrt(l * l + c * c + h * h + RT * c * h);
}
