import { describe, expect, it } from 'vitest';
import { checkSplit, parseSplit } from './split.js';

const json = {
  wavelengths_nm: [400],
  train: ['beads', 'clay'],
  test: ['balloons'],
  mini: { train: ['beads'], test: ['balloons'] },
};

describe('parseSplit', () => {
  it('reads a split and its subset', () => {
    expect(parseSplit(json, { name: 'split.json' })).toEqual({
      name: 'split.json',
      train: ['beads', 'clay'],
      test: ['balloons'],
      notes: [],
    });
    expect(parseSplit(json, { name: 'split.json', subset: 'mini' }).train).toEqual(['beads']);
  });

  it.each([
    [{ train: ['a'], test: ['b', 'a'] }, "scene 'a' is named in both 'train' and 'test'"],
    [{ train: ['a', 'a'], test: [] }, "scene 'a' is named twice in 'train'"],
    [{ train: ['a'] }, "the list 'test' is missing"],
    [{ train: 'a', test: [] }, "'train' must be a list of scene names"],
    [[], "wanted an object with the lists 'train' and 'test'"],
  ])('refuses %j', (bad, message) => {
    expect(() => parseSplit(bad, { name: 'x.json' })).toThrow(`x.json: ${message}`);
  });

  it.each(['../b', 'a/../../b', '..\\b', '/etc/b', 'C:\\b'])('refuses the path %s', (name) => {
    expect(() => parseSplit({ train: ['a'], test: [name] }, { name: 'x.json' })).toThrow(
      `x.json: '${name}' in 'test' is a path; wanted the name of a scene inside the data folder`,
    );
  });

  it('takes names with dots and folders inside the data folder', () => {
    const names = { train: ['a..b', 'x/y', './c'], test: ['...'], notes: ['see ../README'] };
    expect(parseSplit(names, { name: 'x.json' }).train).toEqual(names.train);
  });

  it('names the nearest subset', () => {
    expect(() => parseSplit(json, { name: 'x.json', subset: 'minni' })).toThrow(
      "x.json: unknown subset 'minni', did you mean 'mini'?",
    );
  });
});

describe('checkSplit', () => {
  it('accepts known scenes and names the nearest to an unknown one', () => {
    const split = parseSplit(json, { name: 'x.json' });
    expect(checkSplit(split, ['beads', 'clay', 'balloons'])).toBe(split);
    expect(() => checkSplit(split, ['beads', 'cloth', 'balloons'])).toThrow(
      "x.json, 'train': unknown scene 'clay', did you mean 'cloth'?",
    );
  });
});
