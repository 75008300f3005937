// A registry of npm on this machine for the release test (registry-process.mjs), and how it is steered. Its programs are in
// tools/registry, installed on first use from a lock of their own.
import { fork, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../workspace.mjs';

const folder = join(root, 'tools/registry');
export const registryProgram = (path) => join(folder, 'node_modules', path);

/** Installs what tools/registry/package-lock.json names, where it is not there yet. */
export function installRegistry() {
  if (existsSync(registryProgram('verdaccio/package.json'))) return;
  const install = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, encoding: 'utf8' });
  if (install.status !== 0) throw new Error(`npm ci in tools/registry:\n${install.stderr}${install.stdout}`);
}

/** Starts the registry in `scratch`, as a process of its own; its `npmrc` is a file of settings with which npm publishes there. */
export async function startRegistry(scratch) {
  installRegistry();
  const own = join(scratch, 'registry');
  mkdirSync(own);
  const child = fork(fileURLToPath(new URL('registry-process.mjs', import.meta.url)), [own], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const { url, token, error } = await new Promise((resolve) => {
    child.once('message', resolve);
    child.once('exit', (code) => resolve({ error: `the registry ended with ${code}` }));
  });
  if (error !== undefined) throw new Error(error);
  const npmrc = join(own, 'npmrc');
  writeFileSync(npmrc, `registry=${url}\n//${new URL(url).host}/:_authToken=${token}\n`);
  const control = async (what, body) =>
    (
      await fetch(`${url}-/release-test/${what}`, { method: 'POST', body: JSON.stringify(body ?? {}) })
    ).json();
  return {
    url,
    npmrc,
    /** What was accepted, as `name@version`, in its order. */
    published: () => control('published'),
    /** The next publish of a package fails: 'refused' by the registry, or accepted with its 'answer lost'. */
    failOnce: (name, how) => control('fail', { name, how }),
    stop: async () => {
      child.disconnect();
      await gone;
    },
  };
}
