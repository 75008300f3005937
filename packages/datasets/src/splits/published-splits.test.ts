import { describe, expect, it } from 'vitest';
import { caveSceneNames } from './cave-scene-names.js';
import { publishedSplit, publishedSplits } from './published-splits.js';

describe('publishedSplit', () => {
  const arad = (prefix: string, last: number) =>
    Array.from({ length: last }, (_, i) => `${prefix}${String(i + 1).padStart(4, '0')}`);
  const scenesOf = {
    cave: [...caveSceneNames],
    harvard: Array.from({ length: 50 }, (_, i) => `img${'abcdefgh'[i % 8]}${Math.floor(i / 8)}`),
    ntire2020: arad('ARAD_HS_', 512),
    ntire2022: arad('ARAD_1K_', 950),
  };

  it.each(Object.entries(publishedSplits))(
    '%s has its published counts, no overlap, and its doubts',
    (name, published) => {
      const split = publishedSplit(name, scenesOf[published.dataset]);
      expect([split.train.length, split.test.length]).toEqual([published.trainCount, published.testCount]);
      expect(new Set([...split.train, ...split.test]).size).toBe(split.train.length + split.test.length);
      expect(split.notes.length).toBeGreaterThan(0);
    },
  );

  it('has the four CAVE scenes of GMSR-Net and the ten of NTIRE2020', () => {
    expect(publishedSplit('gmsr-cave', scenesOf.cave).test).toEqual([
      'stuffed_toys',
      'superballs',
      'thread_spools',
      'watercolors',
    ]);
    const { test } = publishedSplit('gmsr-ntire2020-clean', scenesOf.ntire2020);
    expect(test).toContain('ARAD_HS_0465');
    expect(test).not.toContain('ARAD_HS_0452');
  });

  it('takes Harvard in alphabetical order, whatever order the folder has', () => {
    const split = publishedSplit('gmsr-harvard', [...scenesOf.harvard].reverse());
    expect(split.test).toEqual([...scenesOf.harvard].sort().slice(43));
  });

  it('says which scenes are missing, and the nearest split', () => {
    expect(() => publishedSplit('gmsr-cave', scenesOf.cave.slice(1))).toThrow(
      'needs 32 scenes, 1 are not there: balloons',
    );
    expect(() => publishedSplit('gmsr-harvard', scenesOf.harvard.slice(1))).toThrow(
      'divides 50 scenes alphabetically, but there are 49',
    );
    expect(() => publishedSplit('gmsr-caves', scenesOf.cave)).toThrow("did you mean 'gmsr-cave'?");
  });
});
