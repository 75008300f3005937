import { createRandom } from '@prismamba/core';
import type { WeightSpec } from '@prismamba/core/layer';
import { describe, expect, it } from 'vitest';
import { mamba2WeightTable } from './mamba2-block/mamba2-block.layer.js';
import { mambaWeightTable } from './mamba-block/mamba-block.layer.js';
import { SS2D, ss2dSizes, ss2dWeightTable } from './ss2d/ss2d.layer.js';
import { dropPathFactors, LayerRandom } from './stochastic-layer.js';

/** What the numbers of a weight are: one value, even between -`within` and `within` or 0 and `below`, ln 1 ... ln N, steps of 0.001 to 0.1. */
type Kind = number | { readonly within: number } | { readonly below: number } | 'logs' | 'steps';
type Wanted = Readonly<Record<string, readonly [shape: readonly number[], kind: Kind]>>;

function check(table: object, wanted: Wanted): void {
  expect(Object.keys(table)).toEqual(Object.keys(wanted));
  for (const [name, { shape, initial }] of Object.entries(table as Record<string, WeightSpec>)) {
    const [size, kind] = wanted[name]!;
    expect(shape, name).toEqual(size);
    // Many rows, so that the largest comes near its limit.
    const values = [...(initial([shape[0]! * 40, ...shape.slice(1)], createRandom(1)) as Float32Array)];
    const low = values.reduce((a, b) => Math.min(a, b));
    const high = values.reduce((a, b) => Math.max(a, b));
    if (typeof kind === 'number') expect([low, high], name).toEqual([kind, kind]);
    else if (kind === 'logs') {
      const off = values.map((v, i) => Math.abs(v - Math.log(1 + (i % size[1]!))));
      expect(
        off.reduce((a, b) => Math.max(a, b)),
        name,
      ).toBeLessThan(1e-6);
    } else if (kind === 'steps') {
      expect(Math.log1p(Math.exp(low)), name).toBeCloseTo(0.001, 4);
      expect(Math.log1p(Math.exp(high)) / 0.1, name).toBeCloseTo(1, 1);
    } else {
      const limit = 'within' in kind ? kind.within : kind.below;
      expect(high / limit, name).toBeCloseTo(1, 1);
      expect(low / limit, name).toBeCloseTo('within' in kind ? -1 : 0, 1);
    }
  }
}
const root = (fanIn: number) => ({ within: 1 / Math.sqrt(fanIn) });

describe('the first weights of a block, and their shapes', () => {
  it('MambaBlock of width 20, 3 states, a convolution of 5: rank 2', () => {
    check(mambaWeightTable(20, 3, 5), {
      A_log: [[40, 3], 'logs'],
      D: [[40], 1],
      'in_proj.weight': [[80, 20], root(20)],
      'conv1d.weight': [[40, 1, 5], root(5)],
      'conv1d.bias': [[40], root(5)],
      'x_proj.weight': [[8, 40], root(40)],
      'dt_proj.weight': [[40, 2], root(2)],
      'dt_proj.bias': [[40], 'steps'],
      'out_proj.weight': [[20, 40], root(40)],
    });
  });

  it('Mamba2Block of width 18, 3 states: 2 heads of 18', () => {
    check(mamba2WeightTable(18, 3), {
      x_proj_weight: [[4, 8, 36], root(36)],
      Ds: [[4, 2, 18], 1],
      A_logs: [[4, 2], 0],
      dt_projs_bias: [[4, 2], { below: 0.1 }],
      'out_norm.weight': [[36], 1],
      'out_norm.bias': [[36], 0],
      'in_proj.weight': [[36, 18], root(18)],
      'conv2d.1.weight': [[36, 1, 3, 3], root(9)],
      'out_proj.weight': [[18, 36], root(36)],
    });
  });

  it('SS2D of width 5, 3 states, three times as wide, rank 2, two directions', () => {
    check(ss2dWeightTable(5, { dState: 3, expand: 3, dtRank: 2, directions: 2 }), {
      x_proj_weight: [[2, 8, 15], root(15)],
      dt_projs_weight: [[2, 15, 2], root(2)],
      dt_projs_bias: [[2, 15], 'steps'],
      A_logs: [[30, 3], 'logs'],
      Ds: [[30], 1],
      'in_proj.weight': [[30, 5], root(5)],
      'conv2d.weight': [[15, 1, 3, 3], root(9)],
      'conv2d.bias': [[15], root(9)],
      'out_norm.weight': [[15], 1],
      'out_norm.bias': [[15], 0],
      'out_proj.weight': [[5, 15], root(15)],
    });
  });

  it('SS2D unless told: 16 states, twice as wide, a rank of a sixteenth of the width, four directions', () => {
    const sizes = ss2dSizes('SS2D', {});
    expect(sizes).toEqual({ dState: 16, expand: 2, dtRank: 'auto', directions: 4 });
    const rankOf = (width: number) => ss2dWeightTable(width, sizes).dt_projs_weight.shape[2];
    expect([1, 16, 17, 32, 33].map(rankOf)).toEqual([1, 1, 2, 2, 3]);
  });

  it.each([
    ['dState', 0],
    ['dState', 1.5],
    ['expand', 0],
    ['dtRank', 0],
    ['directions', 3],
  ])('SS2D refuses %s %d', (option, value) => {
    expect(() => ss2dSizes('SS2D', { [option]: value })).toThrow(`SS2D: ${option}: got ${value}, wanted`);
  });

  it('SS2D takes the smallest sizes, and they are in its config', () => {
    const sizes = { dState: 1, expand: 1, dtRank: 1, directions: 1 } as const;
    expect(new SS2D(sizes).getConfig()).toMatchObject(sizes);
  });
});

describe('random numbers of a layer', () => {
  it('a step of 0 is one, a step before it and a seed that is no whole number are none', () => {
    const random = new LayerRandom('x');
    random.setState(0, 0);
    for (const [seed, step] of [
      [0, -1],
      [0.5, 1],
    ] as const)
      expect(() => random.setState(seed, step)).toThrow(`got seed ${seed}, step ${step}`);
  });

  it('a rate of 0 drops nothing', () => {
    const random = new LayerRandom('x');
    random.setState(1, 0);
    expect([...dropPathFactors(random, 50, 0)]).toEqual(new Array(50).fill(1));
  });
});
