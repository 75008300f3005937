import { expect, it } from 'vitest';
import { pretrainedSource } from './pretrained-source.js';

const large = 'm3sr/cave-clean';

it('weights of the command line itself need no other package', async () => {
  expect(await pretrainedSource('gmsr-net/photo', () => undefined)).toEqual({});
});

it('a package that is not installed is named, with its size and the command that installs it', async () => {
  await expect(pretrainedSource(large, () => undefined)).rejects.toThrow(
    /^the weights 'm3sr\/cave-clean' \(5\.8 MB\) come in a package .* not installed: npm install @prismamba\/weights-large$/,
  );
});

it('one that does not load is told apart', async () => {
  await expect(
    pretrainedSource(large, () => 'data:text/javascript,throw new Error("cut off")'),
  ).rejects.toThrow(/^@prismamba\/weights-large is installed but broken \(cut off\): npm install --force/);
});

it('one that is there gives its files', async () => {
  const url = 'data:text/javascript,export const weights = new Map([["m3sr/cave-clean", 1]])';
  expect((await pretrainedSource(large, () => url)).from?.has(large)).toBe(true);
});
