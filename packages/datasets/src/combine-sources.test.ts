import { describe, expect, it } from 'vitest';
import { combineSources } from './combine-sources.js';
import type { SceneSource } from './scene.js';
import { syntheticScenes } from './synthetic-scenes/synthetic-scenes.js';

const make = (seed: number) => syntheticScenes({ train: 2, test: 1, height: 8, width: 8, seed });
const idsOf = (source: SceneSource) => source.scenes.map(({ id }) => id);

describe('combineSources', () => {
  it('reads each scene from where it comes, under its new name', async () => {
    const [first, second] = [make(1), make(2)];
    const ids = idsOf(second).slice(0, 2);
    const both = combineSources([
      { source: first, ids: idsOf(first), prefix: '' },
      { source: second, ids, prefix: 'other' },
    ]);
    expect(idsOf(both)).toEqual([...idsOf(first), `other/${ids[0]!}`, `other/${ids[1]!}`]);
    const scene = await both.load(`other/${ids[1]!}`);
    expect(scene.id).toBe(`other/${ids[1]!}`);
    expect(scene.cube).toEqual((await second.load(ids[1]!)).cube);
    expect(scene.cube).not.toEqual((await first.load(ids[1]!)).cube);
    const region = { row: 2, column: 1, height: 3, width: 4 };
    const part = await both.readRegion(ids[0]!, region);
    expect(part.cube).toEqual((await first.readRegion(ids[0]!, region)).cube);
    expect(both.description).toBe(first.description);
  });

  it('says what cannot be combined', async () => {
    const source = make(1);
    const ids = idsOf(source);
    const part = { source, ids, prefix: '' };
    expect(() => combineSources([])).toThrow('combineSources: no source is given');
    expect(() => combineSources([part, part])).toThrow(`two scenes are named '${ids[0]!}'`);
    const shifted = { ...source, wavelengths: source.wavelengths.map((nm) => nm + 5) };
    expect(() => combineSources([part, { source: shifted, ids, prefix: 'shifted' }])).toThrow(
      'has 31 bands from 405 to 705 nm, synthetic has 31 bands from 400 to 700 nm',
    );
    expect(() => combineSources([{ source, ids: ['nowhere'], prefix: '' }])).toThrow(
      "has no scene 'nowhere'",
    );
    await expect(combineSources([part]).load('nowhere')).rejects.toThrow("unknown scene 'nowhere'");
  });
});
