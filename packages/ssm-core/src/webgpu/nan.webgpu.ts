import { IS_NAN } from '@prismamba/backend/internal';

/**
 * WGSL of an exponential that keeps NaN, and of a state or gradient of a channel whose rate is NaN. A device may make a number of exp(NaN); a
 * loop over tokens is left as it is: NaN in a state stays there, and NaN in a step is in what it adds.
 */
export const EXP = `${IS_NAN}
fn expOf(v: f32) -> f32 { return select(exp(v), v, isNan(v)); }
fn known(state: f32, rate: f32) -> f32 { return select(state, rate, isNan(rate)); }
fn onlyNan(v: f32) -> f32 { return select(0.0, v, isNan(v)); }
`;
