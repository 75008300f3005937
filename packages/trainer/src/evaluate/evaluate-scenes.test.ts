import type { Scene } from '@prismamba/datasets';
import { getProtocol } from '@prismamba/metrics';
import { describe, expect, it } from 'vitest';
import { PredictionError } from '../predict/predictor.js';
import { evaluateScenes } from './evaluate-scenes.js';

const scene = (id: string, value: number): Scene => ({
  id,
  height: 12,
  width: 11,
  wavelengths: [400, 500, 600, 700],
  rgb: new Float32Array(12 * 11 * 3).fill(value),
  cube: Float32Array.from({ length: 12 * 11 * 4 }, (_, i) => value + 0.001 * (i % 7)),
});
const scenes = new Map([scene('a', 0.25), scene('b', 0.5)].map((s) => [s.id, s]));
const load = async (id: string) => Promise.resolve(scenes.get(id)!);
const protocols = [
  getProtocol('standard'),
  { ...getProtocol('standard'), name: 'masked', darkThreshold: 0.4 },
];

describe('evaluateScenes', () => {
  it('scores each scene under each protocol, and means over scenes', async () => {
    const seen: string[] = [];
    const result = await evaluateScenes({
      ids: ['a', 'b'],
      load,
      protocols,
      // An error of 0.02 in one scene and of 0.04 in the other.
      reconstruct: ({ id, cube }) => cube.map((v: number) => v + (id === 'a' ? 0.02 : 0.04)),
      onScene: ({ id }) => void seen.push(id),
    });
    expect(seen).toEqual(['a', 'b']);
    expect(result.scenes.map(({ scores }) => scores['standard']!['RMSE']!.toFixed(6))).toEqual([
      '0.020000',
      '0.040000',
    ]);
    expect(result.mean['standard']!['RMSE']).toBeCloseTo(0.03, 6);
  });
  it('names the scene of a prediction that failed, and leaves other errors as they are', async () => {
    const failing = (error: Error) =>
      evaluateScenes({ ids: ['b'], load, protocols, reconstruct: () => Promise.reject(error) });
    const cause = new PredictionError('predict: no');
    await expect(failing(cause)).rejects.toMatchObject({
      name: 'PredictionError',
      message: "scene 'b': predict: no",
      cause,
    });
    const other = new Error('disk');
    await expect(failing(other)).rejects.toBe(other);
    expect(other.message).toBe('disk');
  });
  it('a scene of which a threshold leaves no pixel has no scores there, is left out of the mean, and the reason is said', async () => {
    const off = ({ cube }: Scene) => cube.map((v: number) => v + 0.04);
    const result = await evaluateScenes({ ids: ['a', 'b'], load, protocols, reconstruct: off });
    expect(result.scenes[0]!.scores['masked'], 'every pixel of a is dark').toEqual({});
    expect(result.mean['masked']!['RMSE']).toBeCloseTo(0.04, 6);
    expect(result.notes).toEqual([
      "scene 'a' has no scores under 'masked': no pixel of it has a mean true value of at least 0.4; it is left out of the mean",
    ]);
    const dark = await evaluateScenes({ ids: ['a'], load, protocols, reconstruct: off });
    expect(dark.mean['masked']).toEqual({});
    expect(dark.mean['standard']!['RMSE']).toBeCloseTo(0.04, 6);
    // A reconstruction that is not a number is another fault, and stays one.
    const broken = await evaluateScenes({
      ids: ['a'],
      load,
      protocols,
      reconstruct: ({ cube }) => cube.map(() => NaN),
    });
    expect(broken.notes).toHaveLength(2);
    expect(broken.notes[1]).toMatch(
      /^scene 'a' has no finite .*RMSE NaN.* under 'masked'; nor has the mean$/,
    );
    expect(broken.scenes[0]!.scores['masked']!['RMSE']).toBeNaN();
  });
  it('tells of a mask that leaves no pixel', async () => {
    const { notes } = await evaluateScenes({
      ids: ['a'],
      load: async (id) => {
        const scene = await load(id);
        return { ...scene, mask: new Uint8Array(scene.height * scene.width) };
      },
      protocols: protocols.slice(0, 1),
      reconstruct: ({ cube }) => cube,
    });
    expect(notes).toEqual([
      "scene 'a' has no scores under 'standard': no pixel of it has a place in the data set's mask; it is left out of the mean",
    ]);
  });
  it('names a black scene, which makes means that are not finite', async () => {
    const reconstruct = ({ cube }: Scene) => cube.map((v: number) => v + 0.04);
    const black = (scene: Scene): Scene =>
      scene.id === 'a' ? { ...scene, cube: scene.cube.map(() => 0) } : scene;
    const options = { ids: ['a', 'b'], protocols: protocols.slice(0, 1), reconstruct };
    const { mean, notes } = await evaluateScenes({ ...options, load: async (id) => black(await load(id)) });
    expect(mean['standard']!['MRAE']).toBeNaN();
    expect(notes).toEqual([
      expect.stringMatching(
        /^scene 'a' has no finite MRAE NaN, SAM NaN, .* under 'standard': every true value is 0; nor has the mean$/,
      ),
    ]);
    expect((await evaluateScenes({ ...options, load })).notes).toEqual([]);
  });
  it('times the reconstruction alone', async () => {
    let now = 0;
    const reconstruct = ({ cube }: Scene) => ((now += 1500), cube);
    const { scenes: timed } = await evaluateScenes({
      ids: ['a', 'b'],
      load: (id) => ((now += 70), load(id)),
      protocols,
      reconstruct,
      clock: () => now,
    });
    expect(timed.map(({ seconds }) => seconds)).toEqual([1.5, 1.5]);
  });
  it('refuses an empty list, and a reconstruction of another size', async () => {
    const reconstruct = () => new Float32Array(3);
    await expect(evaluateScenes({ ids: [], load, protocols, reconstruct })).rejects.toThrow('no scenes');
    await expect(evaluateScenes({ ids: ['a'], load, protocols, reconstruct })).rejects.toThrow(
      /data has 3 values/,
    );
  });
});
