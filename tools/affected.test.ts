import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshClone, type FreshClone } from './fresh-clone.mjs';
import { nxCommand, workspacePackages } from './workspace.mjs';

let clone: FreshClone;
const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid'];

function run(command: string, ...args: string[]): string {
  const env = { ...process.env, HOME: clone.home, NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0' };
  const result = spawnSync(command, args, {
    cwd: clone.directory,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  expect(result.status, result.stdout + result.stderr).toBe(0);
  return result.stdout;
}
const git = (...args: string[]) => run('git', ...who, ...args);

/** What Nx thinks that a change of the files touches, by the names of the folders. */
function affected(...files: string[]): string[] {
  for (const file of files) appendFileSync(join(clone.directory, file), '\n');
  const [node, ...args] = nxCommand('show', 'projects', '--affected', '--base=HEAD', '--json');
  const text = run(node, ...args.filter((arg) => !arg.startsWith('--outputStyle')));
  git('checkout', '--quiet', '--', '.');
  const names = JSON.parse(text.slice(text.indexOf('['))) as string[];
  return names.map((name) => name.replace('@prismamba/', '')).sort();
}

/** A package and all that depend on it, whatever the kind of dependency. */
function withDependents(name: string): string[] {
  const found = new Set([name]);
  for (const one of found) {
    for (const { name: other, manifest } of workspacePackages()) {
      const needs = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies };
      if (`@prismamba/${one}` in needs) found.add(other);
    }
  }
  return [...found].sort();
}

beforeAll(() => {
  clone = freshClone();
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', 'as it is');
});
afterAll(() => clone.remove());

it('a change of one package affects it and what depends on it, and nothing else', () => {
  const names = affected('packages/metrics/src/index.ts');
  expect(names).toEqual(withDependents('metrics'));
  expect(names).not.toContain('ssm-core');
});

it('a change of what nothing depends on affects only that', () => {
  expect(affected('apps/benchmarks/tsconfig.json')).toEqual(['benchmarks']);
});

it('a change of everyone’s settings affects every package', () => {
  expect(affected('tsconfig.base.json')).toEqual(
    workspacePackages()
      .map(({ name }) => name)
      .sort(),
  );
});
