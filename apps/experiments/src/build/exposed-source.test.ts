import { syntheticScenes } from '@prismamba/datasets';
import { expect, it } from 'vitest';
import { exposedSource } from './exposed-source.js';

it('scales the cubes of scenes and regions, leaves the RGB, and says so', async () => {
  const source = syntheticScenes({ train: 1, test: 1, height: 8, width: 8 });
  const exposed = exposedSource(source, 0.5);
  const { id } = source.scenes[0]!;
  const [plain, scene] = [await source.load(id), await exposed.load(id)];
  expect(scene.rgb).toEqual(plain.rgb);
  scene.cube.forEach((value, i) => expect(value).toBe(Math.fround(plain.cube[i]! * 0.5)));
  const region = { row: 2, column: 3, height: 2, width: 2 };
  const [part, wanted] = [await exposed.readRegion(id, region), await source.readRegion(id, region)];
  part.cube.forEach((value, i) => expect(value).toBe(Math.fround(wanted.cube[i]! * 0.5)));
  expect(exposed.notes.at(-1)).toContain('exposure x0.5');
  expect(exposedSource(source, 1)).toBe(source);
});
