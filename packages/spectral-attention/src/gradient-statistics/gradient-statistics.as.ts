// Statistics of the gradients of a map [B, H, W, C] that both gradient attentions need, from one pass over it.
//
// t = [gx, gy] (2C values a pixel; forward differences, far edge reflected: index size - 1 is index size - 3) and
// g[c] = x[c+1] - x[c]. Mean and maximum commute with the affine normalisation (v - low) / range, so the normalised
// gradients are never formed: the pass leaves mean and maximum of t for each pixel, and for each row of the batch its
// extremes of t and g and sum and maximum of g for each band. `finish` joins the rows and normalises.
// Backward: the mean's gradient is one number a pixel and one vector a sample; maxima and extremes touch single
// elements, which are found again by comparing.
// Memory: maps, 4 + 2 (C - 1) floats a row; backward 4 bytes a pixel of scratch. Rows are independent.
//
// elements: what the passes share; rows: forward; finish: after all rows; spread, extremes: backward.
export { rowFloats } from './assembly/elements.as';
export { statistics } from './assembly/rows.as';
export { joinExtremes, normalise, pool } from './assembly/finish.as';
export { findMaxima, spread, spreadBandMaxima } from './assembly/spread.as';
export { spreadExtremes } from './assembly/extremes.as';
