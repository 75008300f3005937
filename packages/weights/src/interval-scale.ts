/** An ensemble that agrees is not certain: where flips change nothing, the error still goes with the value. */
const FLOOR = { value: 0.1, constant: 0.01 };

/**
 * What the error of a predicted value is compared with: its spread over the self-ensemble, and a part of the value itself. The
 * half width of the 90 % interval of a band is this times the band's factor in `card.limits.uncertainty.factors`.
 *
 * @param value  mean of the ensemble, in the unit of the cube
 * @param spread standard deviation of the ensemble, in the same unit
 * @returns spread + 0.1 max(0, value) + 0.01, in the same unit
 */
export const intervalScale = (value: number, spread: number): number =>
  spread + FLOOR.value * Math.max(0, value) + FLOOR.constant;
