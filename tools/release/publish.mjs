// The release commands in a clone whose packages go to the local registry: the first release, one that fails half-way, and
// single packages that change.
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, workspacePackages } from '../workspace.mjs';

const own = workspacePackages().filter((one) => one.published);
const idOf = ({ name, version }) => `${name}@${version}`;
const same = (got, wanted, what) =>
  [...got].sort().join() === [...wanted].sort().join()
    ? []
    : [`${what}: ${[...got].sort().join(', ') || 'none'}; wanted ${[...wanted].sort().join(', ') || 'none'}`];

/** Manifests of the published packages as they are in the clone now. */
function manifests(clone) {
  return own.map(({ directory }) =>
    JSON.parse(readFileSync(join(clone.directory, relative(root, directory), 'package.json'), 'utf8')),
  );
}

/** Settings with which the commands of a release reach the local registry and nothing of this machine. */
export function releaseEnvironment(clone, registry) {
  const who = { NAME: 'release test', EMAIL: 'release@example.invalid' };
  return {
    HOME: clone.home,
    NPM_CONFIG_USERCONFIG: registry.npmrc,
    npm_config_registry: registry.url,
    npm_config_fetch_retries: '0',
    // Builds are the checkout's own: what is published is what its sources give.
    NX_CACHE_DIRECTORY: join(root, '.nx/cache'),
    ...Object.fromEntries(
      Object.entries(who).flatMap(([key, value]) => [
        [`GIT_AUTHOR_${key}`, value],
        [`GIT_COMMITTER_${key}`, value],
      ]),
    ),
  };
}

/** Publishes everything for the first time; the registry fails at two packages, and a second run completes it. */
export async function publishAll({ walk, report }, clone, registry) {
  const env = releaseEnvironment(clone, registry);
  const wanted = manifests(clone).map(idOf);
  const [refused, lost] = ['@prismamba/metrics', '@prismamba/formats'];
  walk(clone.directory, 'npm run build', { env });
  await registry.failOnce(refused, 'refused');
  await registry.failOnce(lost, 'answer lost');
  walk(clone.directory, 'npm run release:publish', { code: 1, env, prints: [refused, lost] });
  const first = wanted.filter((id) => !id.startsWith(`${refused}@`));
  report(
    same(await registry.published(), first, 'published'),
    'a publish that fails half-way',
    'all but one',
  );
  walk(clone.directory, 'npm run release:publish', { env, prints: [refused] });
  report(same(await registry.published(), wanted, 'published'), 'a second run', 'publishes what is missing');
  walk(clone.directory, 'npm run release:publish', { env });
  report(same(await registry.published(), wanted, 'published'), 'a third run', 'publishes nothing twice');
}

/** A change of one package in a new release: only it and what depends on it get a version. */
export async function publishChange({ walk, report }, clone, registry, { name, bump }) {
  const env = releaseEnvironment(clone, registry);
  const before = manifests(clone);
  // Those that are pending belong to another release.
  const folder = join(clone.directory, '.changeset');
  for (const file of readdirSync(folder)) if (file.endsWith('.md')) rmSync(join(folder, file));
  const already = (await registry.published()).length;
  writeFileSync(
    join(folder, 'release-test.md'),
    `---\n'${name}': ${bump}\n---\n\nA change that the release test makes up.\n`,
  );
  // The lock of the clone is written without a network: its libraries are those of the checkout.
  walk(clone.directory, 'npm run release:version', {
    env: { ...env, npm_config_registry: 'https://registry.npmjs.org/' },
  });
  const after = manifests(clone);
  const changed = after.filter(({ version }, index) => version !== before[index].version);
  const wanted = released(before, name, bump);
  report(
    [
      ...same(
        changed.map((one) => one.name),
        wanted,
        'got a new version',
      ),
      ...after
        .filter(({ version }) => /^[1-9]/.test(version))
        .map((one) => `${idOf(one)} is no 0.x any more`),
    ],
    `a ${bump} change of ${name}`,
    `${changed.map(idOf).join(', ')}`,
  );
  walk(clone.directory, 'npm run release:publish', { env });
  report(
    same((await registry.published()).slice(already), changed.map(idOf), 'published'),
    'published then',
    'only these',
  );
}

/** A package, those whose range does not hold its next minor version, and the command line, which brings its code along. */
export function released(all, name, bump) {
  const near = all.filter(
    ({ dependencies, peerDependencies }) => name in { ...dependencies, ...peerDependencies },
  );
  const outOfRange = bump === 'patch' ? [] : near.map((one) => one.name);
  const line = all.find((one) => one.name === '@prismamba/experiments');
  const inside = [name, ...outOfRange].some((one) => one in line.devDependencies);
  return [...new Set([name, ...outOfRange, ...(inside ? [line.name] : [])])];
}
