import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNpy } from '@prismamba/formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { figureStem } from './run/figure-stem.js';
import { runHere } from './testing/run-here.js';

/* Files, folders and scenes with names that nobody would choose, and some do. */

const scenes = ['-a b', `it's "q"`, 'ünïcødé 日本', 'p%20#?&<b>', 'x'.repeat(240)];
const data = `sc -"'é`;
const experiment = `
name: odd
title: Odd names
about: For tests.
command: none
cost: seconds
expected: nothing
model: { name: edsr, options: { blocks: 1, width: 8 } }
data: { source: folder, rgb: srgb }
patches: { size: 8, stride: 8 }
training: { duration: 2 steps, batch_size: 2, schedule: { learning_rate: 1e-3 }, checkpoint_every: 1 steps }
`;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), `prismamba odd "names' é`));
  mkdirSync(join(folder, data));
  for (const [seed, name] of scenes.entries()) {
    const values = Float32Array.from(
      { length: 16 * 16 * 31 },
      (_, i) => ((i * 7919 + seed * 31) % 1009) / 1009,
    );
    writeFileSync(
      join(folder, data, `${name}.npy`),
      writeNpy({ dtype: 'float32', shape: [16, 16, 31], data: values }),
    );
  }
  writeFileSync(join(folder, '-exp é.yaml'), experiment);
  writeFileSync(
    join(folder, '-split é.json'),
    JSON.stringify({ train: scenes.slice(0, 2), test: scenes.slice(2) }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const train = (...args: string[]) =>
  runHere(['train', ...args, '--data', data, '--split', './-split é.json', '--', '-exp é.yaml'], folder);

describe('odd names', () => {
  it('a run: whole, gone on with, reported and listed', async () => {
    const out = `-out 'q" é`;
    const { code, stderr } = await train(`--out=${out}`);
    expect(code, stderr).toBe(0);
    const run = join(out, 'odd', readdirSync(join(folder, out, 'odd'))[0]!);
    for (const command of [
      ['train', `--resume=${run}`],
      ['report', '--', run],
      ['runs', `--out=${out}`],
    ]) {
      const again = await runHere(command, folder);
      expect(again.code, again.stderr).toBe(0);
    }
    const figures = readdirSync(join(folder, run, 'figures'));
    for (const scene of scenes.slice(2)) expect(figures).toContain(`${figureStem(scene)}-input.png`);
    const report = readFileSync(join(folder, run, 'report.html'), 'utf8');
    expect(report).not.toContain('<b>-');
    expect(report).toContain('p%20#?&amp;&lt;b&gt;');
  });

  it('a path that is too long is said before the training', async () => {
    for (const out of ['y'.repeat(300), join(...Array<string>(30).fill('z'.repeat(200)))]) {
      const { code, stderr } = await train(`--out=${out}`);
      expect(code).toBe(1);
      expect(stderr).toMatch(/error: run: cannot make the folder .*too long/);
      expect(stderr).not.toContain('training');
    }
  });
});

describe('figureStem', () => {
  it('is the name itself, or what fits of it with a hash', () => {
    expect(figureStem('beads')).toBe('beads');
    expect(figureStem('a/../b')).toMatch(/^a_\.\._b-[0-9a-f]{8}$/);
    const long = ['é'.repeat(200), `${'é'.repeat(199)}x`].map(figureStem);
    for (const stem of long) expect(Buffer.byteLength(stem)).toBeLessThanOrEqual(120);
    expect(new Set(long).size).toBe(2);
  });
});
