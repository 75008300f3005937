// `npm run release:version` runs this first: the command line brings the code of other packages along in its bundle, so a change of one
// of them is a new version of it too. Writes a changeset that says so where the pending ones do not.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import getReleasePlan from '@changesets/get-release-plan';
import { root, workspacePackages } from '../workspace.mjs';

const { manifest } = workspacePackages().find(({ name }) => name === 'experiments');
const { releases } = await getReleasePlan(root);
const changed = releases.filter(({ type }) => type !== 'none').map(({ name }) => name);
const inside = changed.filter((name) => name in (manifest.devDependencies ?? {})).sort();
if (inside.length > 0 && !changed.includes(manifest.name)) {
  writeFileSync(
    join(root, '.changeset/command-line.md'),
    `---\n'${manifest.name}': patch\n---\n\nBuilt with the new ${inside.join(', ')}.\n`,
  );
}
