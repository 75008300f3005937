import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadExperiment } from './load-experiment.js';

// The experiments that the guides print are valid: whole ones, and parts on top of the quickstart.
const folder = mkdtempSync(join(tmpdir(), 'guides-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const root = join(import.meta.dirname, '../../../..');
// The table that reproduce.md prints is held by tables.test.ts.
const guides = readdirSync(join(root, 'docs')).filter(
  (file) => /\.md$/.test(file) && file !== 'reproduce.md',
);
const pages = [...guides.map((file) => `docs/${file}`), 'apps/experiments/README.md'];
const blocks = pages.flatMap((page) => {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/```yaml\n([^]*?)```/g)].map(
    ([, yaml], i) => [`${page}, block ${i + 1}`, yaml!] as const,
  );
});

it('the guides have such blocks', () => expect(blocks.length).toBeGreaterThan(4));

it.each(blocks)('%s', async (_, yaml) => {
  const file = join(folder, 'block.yaml');
  writeFileSync(file, yaml.startsWith('extends:') ? yaml : `extends: quickstart\n${yaml}`);
  const { config } = await loadExperiment(file);
  expect(config.model.name).toBe('gmsr-net');
});
