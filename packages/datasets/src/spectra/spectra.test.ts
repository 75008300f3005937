import { describe, expect, it } from 'vitest';
import { illuminantAt } from '../rgb-formation/sensitivities.js';
import { nikonD5100 } from './cameras.js';
import { colorChecker } from './color-checker.js';
import { illuminants } from './illuminants.js';
import { cie1931, cie1964 } from './observers.js';
import { interpolateCurve, sampleTable, standardWavelengths, uniformWavelengths } from './spectral-table.js';

describe('interpolateCurve', () => {
  it('is linear between samples, exact at them', () => {
    const at = interpolateCurve([400, 500, 600], [0, 10, 30], [400, 450, 500, 575, 600]);
    expect([...at]).toEqual([0, 5, 10, 25, 30]);
  });

  it('follows the rule outside the range', () => {
    const outside = (rule?: 'zero' | 'nearest') => [
      ...interpolateCurve([400, 500], [3, 7], [390, 510], rule),
    ];
    expect(outside('zero')).toEqual([0, 0]);
    expect(outside('nearest')).toEqual([3, 7]);
    expect(() => outside()).toThrow("390 nm lies outside 400-500 nm; choose outside 'zero' or 'nearest'");
  });

  it('refuses wavelengths that do not increase and lengths that differ', () => {
    expect(() => interpolateCurve([500, 400], [1, 2], [450])).toThrow(
      'wavelengths must increase, got 500 nm before 400 nm',
    );
    expect(() => interpolateCurve([400], [1, 2], [400])).toThrow('must have one length >= 1, got 1 and 2');
  });
});

describe('tables', () => {
  it('cover the visible range with one value a wavelength', () => {
    for (const table of [cie1931, cie1964, illuminants, colorChecker, nikonD5100]) {
      expect(table.wavelengths[0]).toBe(380);
      expect(table.wavelengths[table.wavelengths.length - 1]).toBe(780);
      for (const column of Object.values<readonly number[]>(table.columns)) {
        expect(column).toHaveLength(table.wavelengths.length);
      }
    }
    expect(standardWavelengths).toHaveLength(31);
    expect(uniformWavelengths(420, 720, 10)).toHaveLength(31);
  });

  it('have the values that the CIE publishes', () => {
    const at = (nm: number) => cie1931.wavelengths.indexOf(nm);
    expect(cie1931.columns.y[at(555)]).toBeCloseTo(1, 3);
    // CIE 1931 under D65: chromaticity of the white point 0.31272, 0.32903
    const white = [0, 0, 0];
    const power = illuminantAt('D65', cie1931.wavelengths);
    for (const [k, column] of [cie1931.columns.x, cie1931.columns.y, cie1931.columns.z].entries()) {
      column.forEach((value, i) => (white[k]! += value * power[i]!));
    }
    const sum = white[0]! + white[1]! + white[2]!;
    expect(white[0]! / sum).toBeCloseTo(0.31272, 4);
    expect(white[1]! / sum).toBeCloseTo(0.32903, 4);
    // CIE 1964, equal energy: x = y = 1 / 3
    const { x, y, z } = sampleTable(cie1964, cie1964.wavelengths);
    const total = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
    expect(total(x) / (total(x) + total(y) + total(z))).toBeCloseTo(1 / 3, 3);
    expect(total(y) / (total(x) + total(y) + total(z))).toBeCloseTo(1 / 3, 3);
    // illuminant A follows Planck's law at 2848 K (old c2), 100 at 560 nm: CIE 015
    const planck = (nm: number) =>
      100 * (560 / nm) ** 5 * (Math.expm1(1.435e7 / (2848 * 560)) / Math.expm1(1.435e7 / (2848 * nm)));
    illuminants.columns.A.forEach((value, i) => {
      expect(Math.abs(value / planck(illuminants.wavelengths[i]!) - 1)).toBeLessThan(1e-4);
    });
    expect(illuminantAt('E', [400, 555])).toEqual(Float64Array.of(100, 100));
  });

  it('names the nearest illuminant', () => {
    expect(() => illuminantAt('D66' as 'D65', [500])).toThrow(
      "unknown illuminant 'D66', did you mean 'D65'?",
    );
  });
});
