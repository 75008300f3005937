// A clone of this checkout in a temporary folder, with the changes that are not committed yet: nothing generated or built
// is there, and nothing cached unless it is asked for. Libraries are links to the checkout's node_modules; the packages of the workspace are its own.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { root, workspacePackages } from './workspace.mjs';

/**
 * Makes the clone; `remove` deletes it. With `cache` it takes Nx's cache along: a target that depends on what is missing still
 * fails, but what was computed from the same files is not computed again.
 */
export function freshClone({ cache = false } = {}) {
  const scratch = mkdtempSync(join(tmpdir(), 'prismamba-clone-'));
  const directory = join(scratch, 'prismamba');
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
  git('clone', '--quiet', '--no-checkout', '--shared', root, directory);
  for (const file of git('ls-files', '--cached', '--others', '--exclude-standard', '-z').split('\0')) {
    // A file that was deleted but not committed is still listed.
    if (file === '' || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    cpSync(join(root, file), join(directory, file));
  }
  // What commands change there, `git diff` tells.
  git('-C', directory, 'add', '--all');
  const modules = join(directory, 'node_modules');
  mkdirSync(join(modules, '@prismamba'), { recursive: true });
  const own = workspacePackages().map(({ manifest }) => manifest.name);
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (
      ['@prismamba', '.bin', '.cache', '.vite', '.vitest', ...own].includes(name) ||
      name.startsWith('.api-')
    )
      continue;
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  for (const one of workspacePackages()) {
    const link = join(modules, one.manifest.name);
    symlinkSync(relative(dirname(link), join(directory, relative(root, one.directory))), link);
  }
  // What npm could not put at the root, because another version is there or was.
  for (const one of workspacePackages()) {
    const own = join(one.directory, 'node_modules');
    const libraries = existsSync(own) ? readdirSync(own).filter((name) => !name.startsWith('.')) : [];
    for (const name of libraries) {
      const place = join(directory, relative(root, own));
      mkdirSync(place, { recursive: true });
      symlinkSync(join(own, name), join(place, name));
    }
  }
  const programs = join(modules, '.bin');
  mkdirSync(programs);
  for (const name of readdirSync(join(root, 'node_modules/.bin'))) {
    const target =
      name === 'prismamba'
        ? '../@prismamba/experiments/bin/prismamba.mjs'
        : join(root, 'node_modules/.bin', name);
    symlinkSync(target, join(programs, name));
  }
  if (cache && existsSync(join(root, '.nx'))) {
    cpSync(join(root, '.nx'), join(directory, '.nx'), { recursive: true });
  }
  const home = join(scratch, 'home');
  mkdirSync(home);
  return { directory, home, remove: () => rmSync(scratch, { recursive: true, force: true }) };
}
