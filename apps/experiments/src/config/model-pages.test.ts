import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getModel } from '@prismamba/models';
import { describe, expect, it } from 'vitest';
import { loadExperiment } from './load-experiment.js';
import { parseOverride } from './overrides.js';

const models = join(import.meta.dirname, '../../../../packages/models/src');
const commands = readdirSync(models, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('README.md'))
  .flatMap((file) => [
    ...readFileSync(join(models, file), 'utf8').matchAll(
      /^prismamba train (\S+)(?: --data DIR)?((?: --set \S+)+)$/gm,
    ),
  ]);

describe('the training commands of the model pages', () => {
  it.each(commands.map(([command, name, sets]) => [command, name!, sets!]))('%s', async (_, name, sets) => {
    const overrides = [...sets.matchAll(/--set (\S+)/g)].map(([, set]) => parseOverride(set!));
    const { config } = await loadExperiment(name, overrides);
    expect(getModel(config.model.name).fit).toBe('gradient');
    for (const { path, value } of overrides) {
      const got = path.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], config);
      expect(got).toBe(value);
    }
  });
  it('are all read', () => {
    const lines = readdirSync(models, { recursive: true })
      .map(String)
      .filter((file) => file.endsWith('README.md'))
      .flatMap((file) => readFileSync(join(models, file), 'utf8').match(/^prismamba train .*$/gm) ?? []);
    expect(lines.length).toBeGreaterThan(0);
    expect(commands.map(([command]) => command)).toEqual(lines);
  });
});
