import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { standardWavelengths } from '@prismamba/datasets';
import { afterAll, describe, expect, it } from 'vitest';
import { checkCubeFile, reconstructionProgress } from './announce.js';
import { cubeFormats } from './cube-files.js';

const folder = mkdtempSync(join(tmpdir(), 'announce-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A photo of 105 megapixels: a cube of 13 GB. */
const LARGE = { height: 8400, width: 12500 };
const planned = (name: string, ending: string, shape: { height: number; width: number }) => ({
  out: join(folder, `${name}${ending}`),
  openCube: cubeFormats[ending]!,
  shape,
  wavelengths: standardWavelengths,
});

async function check(plan: ReturnType<typeof planned>, free: number): Promise<string> {
  const said: string[] = [];
  await checkCubeFile(plan, { free, say: (text) => said.push(text) });
  return said.join('');
}

describe('before a cube is made', () => {
  it('a disk with too little room is an error that says both sizes', async () => {
    await expect(check(planned('full', '.npy', LARGE), 2e9)).rejects.toThrow(
      /--out .*full\.npy: takes 13\.0 GB, but its disk has 2\.0 GB left; name another place/,
    );
  });

  it('a format that cannot hold it is an error before the first tile', async () => {
    await expect(check(planned('large', '.npz', LARGE), 1e12)).rejects.toThrow(
      /large\.npz: .*has 13020000000 bytes; at most 4 GiB are written as \.npz\. Write it as \.npy or ENVI/,
    );
  });

  it('a large one is announced, a small one is not', async () => {
    expect(await check(planned('large', '.npy', LARGE), 1e12)).toBe(
      'the cube of 8400 x 12500 x 31 takes 13.0 GB\n',
    );
    expect(await check(planned('small', '.npy', { height: 20, width: 20 }), 1e12)).toBe('');
  });

  it('the uncertainty, a second cube, needs room too', async () => {
    const both = (name: string) => ({ ...planned(name, '.npy', LARGE), uncertainty: true });
    expect(await check(both('pair'), 27e9)).toBe(
      'the cube of 8400 x 12500 x 31 and its uncertainty take 26.0 GB\n',
    );
    await expect(check(both('pair'), 25e9)).rejects.toThrow(/takes 26\.0 GB, but its disk has 25\.0 GB left/);
  });

  it('and nothing is left of the trials', () => expect(readdirSync(folder)).toEqual([]));
});

describe('the time of a prediction', () => {
  const announced = (secondsOfOne: number, total: number): string => {
    const said: string[] = [];
    let now = 0;
    const progress = reconstructionProgress(
      'reconstructing',
      () => now,
      (text) => said.push(text),
    );
    for (let done = 1; done <= 3; done++) {
      now += 1000 * secondsOfOne;
      progress.update(done, total);
    }
    progress.stop();
    return said.join('');
  };

  it('is announced once where it is long', () => {
    expect(announced(3, 2214)).toBe('about 1 h 51 min for 2214 windows, at the speed of the first one\n');
    expect(announced(0.1, 2214)).toBe('');
  });
});
