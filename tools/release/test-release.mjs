// `npm run test:release`: what a release does and what its users get. In a temporary clone every package is published by the
// release command to a registry on this machine; in empty folders outside of any checkout each is installed alone from there.
// `npm run test:release -- PART...` runs single parts after the publish; with `--built` the checkout's `dist` folders are
// published as they are, for work on this test. Prints a transcript.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { freshClone } from '../fresh-clone.mjs';
import { createTranscript } from '../transcript.mjs';
import { examplesInBrowser } from './in-browser.mjs';
import { installEach, nodesFor } from './install-each.mjs';
import { publishAll, publishChange } from './publish.mjs';
import { startRegistry } from './registry.mjs';
import { root, workspacePackages } from '../workspace.mjs';

const parts = {
  npm: (test) => {
    const { nodes, reason } = nodesFor(test.scratch);
    if (reason !== undefined) test.transcript.skip('the newest Node', reason);
    installEach({ ...test, nodes }, 'npm');
  },
  pnpm: (test) => installEach(test, 'pnpm'),
  yarn: (test) => installEach(test, 'yarn'),
  browser: examplesInBrowser,
  versions: async ({ transcript, clone, registry }) => {
    await publishChange(transcript, clone, registry, { name: '@prismamba/metrics', bump: 'patch' });
    await publishChange(transcript, clone, registry, { name: '@prismamba/ssm-core', bump: 'minor' });
  },
};
const built = process.argv.includes('--built');
const named = process.argv.slice(2).filter((name) => name !== '--built');
const unknown = named.filter((name) => !(name in parts));
if (unknown.length > 0) {
  process.stderr.write(
    `npm run test:release: no part '${unknown.join("', '")}'; the parts are ${Object.keys(parts).join(', ')}\n`,
  );
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), 'prismamba-release-'));
const transcript = createTranscript('release');
let clone;
let registry;
try {
  clone = freshClone();
  if (built) takeBuilds(clone);
  registry = await startRegistry(scratch);
  const projects = join(scratch, 'projects');
  mkdirSync(projects);
  await publishAll(transcript, clone, registry);
  const test = { transcript, clone, registry, projects, scratch };
  for (const [name, part] of Object.entries(parts)) {
    if (named.length === 0 || named.includes(name)) await part(test);
  }
} finally {
  await registry?.stop();
  clone?.remove();
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(transcript.end());

function takeBuilds({ directory }) {
  for (const one of workspacePackages().filter(({ published }) => published)) {
    if (!existsSync(join(one.directory, 'dist'))) continue; // nothing to build
    cpSync(join(one.directory, 'dist'), join(directory, relative(root, one.directory), 'dist'), {
      recursive: true,
    });
  }
  const manifest = join(directory, 'package.json');
  writeFileSync(
    manifest,
    readFileSync(manifest, 'utf8')
      .replace('nx run-many -t build && changeset', 'changeset')
      .replace('"build": "nx run-many -t build"', '"build": "true"'),
  );
}
