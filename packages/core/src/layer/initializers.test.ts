import { expectRelativeError } from '@prismamba/testing';
import { describe, expect, it } from 'vitest';
import { createRandom, deriveSeed } from '../random/random.js';
import { logArange, stepSizeBias, truncatedNormal, uniform, uniformBelow } from './initializers.js';

const random = (label: string) => createRandom(deriveSeed(3, label));

describe('initializers', () => {
  it('A_log is ln 1 to ln N in each row', () => {
    const values = logArange([2, 3], random('a'));
    expectRelativeError(values, [0, Math.log(2), Math.log(3), 0, Math.log(2), Math.log(3)], 1e-6);
  });
  it('the step-size bias is softplus^-1 of log-uniform step sizes: their logarithm is uniform', () => {
    const steps = [...stepSizeBias()([4000], random('b'))].map((bias) =>
      Math.log10(Math.log1p(Math.exp(bias))),
    );
    expect(Math.min(...steps)).toBeGreaterThan(-3.001);
    expect(Math.max(...steps)).toBeLessThan(-0.999);
    expect(Math.abs(steps.reduce((a, b) => a + b) / steps.length + 2)).toBeLessThan(0.05);
  });
  it('uniform is centred on zero, uniformBelow begins there', () => {
    const [both, above] = [uniform(0.5)([4000], random('c')), uniformBelow(0.5)([4000], random('c'))];
    const mean = (values: Float32Array) => values.reduce((a, b) => a + b) / values.length;
    expect(Math.abs(mean(both))).toBeLessThan(0.02);
    expect(Math.abs(mean(above) - 0.25)).toBeLessThan(0.02);
    expect(Math.min(...above)).toBeGreaterThanOrEqual(0);
  });
  it('the truncated normal has its standard deviation', () => {
    const values = truncatedNormal(0.02)([50, 100], random('d'));
    const variance = values.reduce((sum, v) => sum + v * v, 0) / values.length;
    expect(Math.abs(Math.sqrt(variance) / 0.02 - 1)).toBeLessThan(0.05);
  });
});
