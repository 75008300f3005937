import { describe, expect, it } from 'vitest';
import { countParameters } from '../state-dict/state-entry.js';
import { m3srConfig } from './m3sr.config.js';
import { m3srEntries } from './m3sr.state-dict.js';

describe('M3SR state dictionary', () => {
  it.each([
    [2, 2_785_258],
    [4, 2_887_062],
    [8, 3_090_670],
    [16, 3_497_886],
  ])('G = %i has %i parameters', (groups, count) => {
    expect(countParameters(m3srEntries(m3srConfig.parse({ groups })))).toBe(count);
  });

  it('has the 222 official entries in order, 100,874 of the parameters dead', () => {
    const entries = m3srEntries(m3srConfig.parse({}));
    expect(entries).toHaveLength(222);
    const dead = entries.filter((entry) => entry.kind === 'dead');
    expect(dead).toHaveLength(20);
    expect(countParameters(dead)).toBe(100_874);
  });
});
