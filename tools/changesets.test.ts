import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root, workspacePackages } from './workspace.mjs';

/** Names in the front matter of the changesets that wait for a release. */
const released = readdirSync(join(root, '.changeset'))
  .filter((name) => name.endsWith('.md'))
  .flatMap((name) =>
    readFileSync(join(root, '.changeset', name), 'utf8')
      .split('---')[1]!
      .split('\n'),
  )
  .flatMap((line) => /^'(@prismamba\/[^']+)': *(?:major|minor|patch)$/.exec(line)?.[1] ?? []);

// The command line brings the code of these packages along (devDependencies), and changesets does not carry their releases on to it.
it('a release of what the command line bundles releases the command line too', () => {
  const { manifest } = workspacePackages().find(({ name }) => name === 'experiments')!;
  const bundled = Object.keys(manifest.devDependencies ?? {}).filter((name) => released.includes(name));
  const missing = released.includes(manifest.name!) ? [] : bundled;
  expect(missing, "add '@prismamba/experiments': patch to the changeset").toEqual([]);
});
