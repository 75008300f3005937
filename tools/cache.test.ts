import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshClone, type FreshClone } from './fresh-clone.mjs';
import { withKernels } from '../vitest.base.js';
import { nxCommand, root, testFiles, workspacePackages, type WorkspacePackage } from './workspace.mjs';

const TARGETS = ['kernels', 'build', 'test', 'examples', 'check-package', 'bundle'];
const packages = workspacePackages();
let clone: FreshClone;

/** Runs every target of the clone and gives those that Nx did not take from its cache. */
function run(): string[] {
  const [node, ...args] = nxCommand('run-many', '-t', ...TARGETS, '--parallel=4');
  const env = {
    ...process.env,
    NX_CACHE_DIRECTORY: undefined,
    NX_WORKSPACE_DATA_DIRECTORY: undefined,
    HOME: clone.home,
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    FORCE_COLOR: '0',
  };
  const result = spawnSync(node, args, { cwd: clone.directory, env, encoding: 'utf8', maxBuffer: 1 << 26 });
  expect(result.status, result.stdout + result.stderr).toBe(0);
  const lines = [...result.stdout.matchAll(/^> nx run (?:@prismamba\/)?(\S+)(.*)$/gm)];
  return lines
    .filter(([, , cached]) => !/cache/.test(cached!))
    .map(([, task]) => task!)
    .sort();
}

/** What vitest.base.ts leaves behind, as far as the cache is concerned. */
function writeReport(manifest: string): string {
  const place = relative(clone.directory, dirname(manifest));
  return `mkdir -p reports/${dirname(place)} && echo '{}' > reports/${place}.json`;
}
const reports = () =>
  readdirSync(join(clone.directory, 'reports'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.json'));

beforeAll(() => {
  clone = freshClone();
  // What runs is not the question here, only whether: every target does nothing, and does it fast.
  for (const { manifest, directory, name } of packages) {
    const file = join(
      clone.directory,
      directory.includes('/apps/') ? 'apps' : 'packages',
      name,
      'package.json',
    );
    const own: { nx: { targets?: Record<string, object> } } & Record<string, unknown> = JSON.parse(
      readFileSync(file, 'utf8'),
    );
    const targets = Object.fromEntries(
      TARGETS.filter((target) => manifest.scripts?.[target] !== undefined).map((target) => [
        target,
        { ...own.nx.targets?.[target], command: target === 'test' ? writeReport(file) : 'true' },
      ]),
    );
    writeFileSync(file, JSON.stringify({ ...own, scripts: {}, nx: { ...own.nx, targets } }, undefined, 2));
  }
});
afterAll(() => clone.remove());

/** A package and all that depend on it. */
function withDependents(name: string): string[] {
  const needs = ({ manifest }: WorkspacePackage, other: string) =>
    `@prismamba/${other}` in
    { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies };
  const found = new Set([name]);
  for (const one of found) {
    for (const other of packages) if (needs(other, one)) found.add(other.name);
  }
  return [...found];
}
const tasks = (names: readonly string[], targets: readonly string[]) =>
  packages
    .filter(({ name }) => names.includes(name))
    .flatMap(({ name, manifest }) =>
      targets
        .filter((target) => manifest.scripts?.[target] !== undefined)
        .map((target) => `${name}:${target}`),
    );
const everyName = packages.map(({ name }) => name);
/** Packages whose tests use the private package testing, read from the tests themselves. */
const testingUsers = packages
  .filter(({ directory }) => existsSync(join(directory, 'src')))
  .filter(({ directory }) =>
    readdirSync(join(directory, 'src'), { recursive: true })
      .map(String)
      .some(
        (file) =>
          file.endsWith('.ts') &&
          readFileSync(join(directory, 'src', file), 'utf8').includes("'@prismamba/testing"),
      ),
  )
  .map(({ name }) => name);
const usesTesting = [...new Set([...testingUsers, 'testing'])];

describe('the Nx cache', () => {
  it('lies in the clone: a second run replays everything with its reports, and the home folder holds nothing', () => {
    expect(run()).toEqual(tasks(everyName, TARGETS).sort());
    const written = reports();
    expect(written).toHaveLength(tasks(everyName, ['test']).length);
    rmSync(join(clone.directory, 'reports'), { recursive: true });
    expect(run()).toEqual([]);
    expect(reports()).toEqual(written);
    expect(existsSync(join(clone.directory, '.nx/cache'))).toBe(true);
    expect(readdirSync(clone.home).filter((name) => name === '.nx')).toEqual([]);
  });

  const kernelPackages = packages
    .filter(({ manifest }) => manifest.scripts?.['kernels']?.includes('build-kernels') === true)
    .map(({ name }) => name);
  it.each([
    [
      ['packages/testing/golden/metrics.npz', 'packages/testing/src/operator-suite.ts'],
      'a golden and a test helper',
      tasks(usesTesting, ['test']),
    ],
    [
      ['packages/backend/src/assembly/simd-math.as.ts'],
      'an AssemblyScript file that kernels of other packages import',
      [
        ...tasks(kernelPackages, ['kernels']),
        ...tasks(withDependents('backend'), ['build', 'bundle', 'examples', 'check-package']),
        ...tasks([...new Set([...withDependents('backend'), ...usesTesting])], ['test']),
      ],
    ],
    [['packages/metrics/README.md'], 'a README', tasks(['metrics'], ['test', 'examples', 'check-package'])],
    [['docs/metric-protocols.md'], 'a page that a test reads', tasks(['metrics'], ['test'])],
  ])('%s (%s) runs exactly what depends on it', (files, _, expected) => {
    for (const file of files) {
      expect(existsSync(join(clone.directory, file))).toBe(true);
      appendFileSync(join(clone.directory, file), '\n');
    }
    expect(run()).toEqual([...new Set(expected)].sort());
  });

  it('every package that a test imports is an input: in its manifest, or named by nx.json', () => {
    const { targetDefaults } = JSON.parse(readFileSync(join(root, 'nx.json'), 'utf8')) as {
      targetDefaults: { test: { inputs: (string | { projects?: string[] })[] } };
    };
    const always = targetDefaults.test.inputs.flatMap((input) =>
      typeof input === 'string' ? [] : (input.projects ?? []),
    );
    const missing = packages.flatMap(({ name, directory, manifest }) => {
      const declared = {
        ...manifest.dependencies,
        ...manifest.devDependencies,
        ...manifest.peerDependencies,
      };
      const known = [manifest.name, '@prismamba/testing', ...always, ...Object.keys(declared)];
      const tests = testFiles(directory);
      const setup = withKernels.includes(relative(root, directory)) ? ['@prismamba/ssm-core'] : [];
      return tests.flatMap((file) => {
        const text = readFileSync(join(directory, file), 'utf8');
        const matches = [...text.matchAll(/(?:from|import\(?)\s*'(@prismamba\/[^/']+)/g)];
        const imported = [...setup, ...matches.map(([, id]) => id!)];
        return imported.filter((id) => !known.includes(id)).map((id) => `${name}/${file}: ${id}`);
      });
    });
    expect(missing).toEqual([]);
  });
});
