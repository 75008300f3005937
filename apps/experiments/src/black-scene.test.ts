import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNpy } from '@prismamba/formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHere } from './testing/run-here.js';

/* Scenes that cannot be scored, or are not there, are said before the training, or where that was not wanted, with the scores. */

const experiment = `
name: black
title: A black scene among others
about: For tests.
command: none
cost: seconds
expected: nothing
model: { name: edsr, options: { blocks: 1, width: 8 } }
data: { source: folder, rgb: srgb }
patches: { size: 8, stride: 8 }
training: { duration: 1 steps, batch_size: 2, schedule: { learning_rate: 1e-3 } }
`;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prismamba black '));
  writeFileSync(join(folder, 'black.yaml'), experiment);
  const cube = (value: (i: number) => number) =>
    writeNpy({
      dtype: 'float32',
      shape: [16, 16, 31],
      data: Float32Array.from({ length: 16 * 16 * 31 }, (_, i) => value(i)),
    });
  for (const name of ['a', 'b', 'c'])
    writeFileSync(
      join(folder, `${name}.npy`),
      cube((i) => ((i * 7919) % 1009) / 1009),
    );
  writeFileSync(
    join(folder, 'black.npy'),
    cube(() => 0),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function train(out: string, split: object, ...set: string[]) {
  writeFileSync(join(folder, 'split.json'), JSON.stringify(split));
  const args = ['train', 'black.yaml', '--data', '.', '--split', 'split.json', '--out', out];
  return runHere([...args, ...set.flatMap((text) => ['--set', text])], folder);
}
const train2 = ['a', 'b'];

describe('a black scene', () => {
  it.each([
    ['test', { train: train2, test: ['c', 'black'] }],
    ['validation', { train: train2, validation: ['black'], test: ['c'] }],
  ])('among the %s scenes is refused before the training', async (_, split) => {
    const { code, stdout, stderr } = await train('refused', split);
    expect(code, stderr).toBe(1);
    expect(stderr).toContain("scene 'black': every value of the cube is 0");
    expect(stdout + stderr).not.toContain('training 0/');
  });

  it('that is scored all the same: the scores say which, and no number becomes null', async () => {
    const split = { train: train2, test: ['c', 'black'] };
    const { code, stdout, stderr } = await train('scored', split, 'data.check=none');
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/note: scene 'black' has no finite MRAE NaN, SAM NaN.* every true value is 0/);
    const run = join(folder, 'scored', 'black', readdirSync(join(folder, 'scored', 'black'))[0]!);
    const scores = readFileSync(join(run, 'scores.json'), 'utf8');
    expect(scores).not.toContain('null');
    expect(scores).toContain('"ERGAS": "Infinity"');
    const again = await runHere(['report', run], folder);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toMatch(/ERGAS .*Infinity/);
    expect(again.stdout).toMatch(/MRAE .*NaN/);
    const listed = await runHere(['runs', '--out', 'scored'], folder);
    expect(listed.code, listed.stderr).toBe(0);
    expect(listed.stdout).not.toContain('null');
  });

  it('that is validated on all the same ends the run at once, and is named', async () => {
    const split = { train: train2, validation: ['black'], test: ['c'] };
    const validation = 'training.validation={every: 1 steps, metric: MRAE}';
    const { code, stderr } = await train('validated', split, 'data.check=none', validation);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /error: training\.validation\.metric: MRAE of the validation scenes is NaN.*scene 'black'/,
    );
  });
});

it('a split without a test scene is refused before the training', async () => {
  const { code, stdout, stderr } = await train('empty', { train: train2, test: [] });
  expect(code).toBe(1);
  expect(stderr).toContain('has no test scene; name at least one, the scores are of them');
  expect(stdout + stderr).not.toContain('training 0/');
});
