import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { loadExperiment } from './load-experiment.js';

// The experiments that the guides print are valid: whole ones, and parts on top of the quickstart.
const folder = mkdtempSync(join(tmpdir(), 'guides-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const blocks = ['ablations', 'scaling', 'training'].flatMap((page) => {
  const text = readFileSync(fileURLToPath(new URL(`../../../../docs/${page}.md`, import.meta.url)), 'utf8');
  return [...text.matchAll(/```yaml\n([^]*?)```/g)].map(
    ([, yaml], i) => [`docs/${page}.md, block ${i + 1}`, yaml!] as const,
  );
});

it('the guides have such blocks', () => expect(blocks.length).toBeGreaterThan(4));

it.each(blocks)('%s', async (_, yaml) => {
  const file = join(folder, 'block.yaml');
  writeFileSync(file, yaml.startsWith('extends:') ? yaml : `extends: quickstart\n${yaml}`);
  const { config } = await loadExperiment(file);
  expect(config.model.name).toBe('gmsr-net');
});
