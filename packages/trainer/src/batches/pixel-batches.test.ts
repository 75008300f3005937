import type { Scene } from '@prismamba/datasets';
import { expect, it } from 'vitest';
import { pixelBatches } from './pixel-batches.js';

it('gives every pixel of each scene, one scene at a time', async () => {
  const loaded: string[] = [];
  const load = (id: string): Promise<Scene> => {
    loaded.push(id);
    const [height, width] = [2, 3];
    const rgb = new Float32Array(height * width * 3).fill(loaded.length);
    const cube = new Float32Array(height * width * 2).fill(10 * loaded.length);
    return Promise.resolve({ id, rgb, cube, height, width, wavelengths: [400, 500] });
  };
  const batches = pixelBatches(['b', 'a'], load);
  expect(loaded).toEqual([]);
  const { value } = await batches.next();
  expect(value).toEqual({
    rgb: new Float32Array(18).fill(1),
    cube: new Float32Array(12).fill(10),
    count: 6,
  });
  expect(loaded, 'the second scene is not read before it is asked for').toEqual(['b']);
  expect((await batches.next()).value).toMatchObject({ count: 6 });
  expect(loaded).toEqual(['b', 'a']);
  expect((await batches.next()).done).toBe(true);
});
