import { execSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './workspace.mjs';

interface Locked {
  readonly license?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}
const json = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8')) as Record<string, unknown>;

/** Packages of other people in a lock, by their place in node_modules. */
const lockedBy = (folder: string): [place: string, Locked][] =>
  Object.entries(json(join(folder, 'package-lock.json'))['packages'] as Record<string, Locked>).filter(
    ([place, { link }]) => place.startsWith('node_modules/') && link !== true,
  );

// Beside MIT: all may be used with it. Weak copyleft is in libraries of their own that are loaded unchanged: MPL-2.0 (lightningcss, of
// vite; axe-core) in development only, LGPL-3.0 in sharp's libvips, which the notices name.
const COMPATIBLE = new Set([
  ...[
    'MIT',
    'ISC',
    '0BSD',
    'Apache-2.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'BlueOak-1.0.0',
    'Unlicense',
    'Zlib',
  ],
  ...['Python-2.0', 'CC0-1.0', 'WTFPL', 'AFL-2.1', 'MPL-2.0', 'LGPL-3.0-or-later'],
]);
/** "SEE LICENSE IN": read by a person. h5wasm is NIST's statement and HDF5's BSD licence; spawndamnit is MIT. */
const READ = new Set(['node_modules/h5wasm', 'node_modules/spawndamnit']);

describe.each(['.', 'apps/benchmarks/rivals', 'tools/registry'])('lock of %s', (folder) => {
  const locked = lockedBy(folder);

  it('has a checksum for every package, and no source but the registry', () => {
    expect(locked.length).toBeGreaterThan(10);
    const odd = locked.filter(
      ([, { integrity, resolved }]) =>
        integrity?.startsWith('sha512-') !== true ||
        resolved?.startsWith('https://registry.npmjs.org/') === false,
    );
    expect(odd.map(([place]) => place)).toEqual([]);
  });

  it('has install scripts only where package.json speaks of them', () => {
    const { allowScripts = {} } = json(join(folder, 'package.json')) as {
      allowScripts?: Record<string, boolean>;
    };
    const withScripts = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    const names = withScripts.map(([place]) => place.split('node_modules/').at(-1)!);
    expect(names.filter((name) => !(name in allowScripts))).toEqual([]);
  });

  it('has licences that go with MIT', () => {
    const odd = locked.filter(([place, { license }]) => {
      const parts = (license ?? 'none').replaceAll(/[()]/g, '').split(/ (?:AND|OR) /);
      return !READ.has(place) && !parts.every((part) => COMPATIBLE.has(part));
    });
    expect(odd.map(([place, { license }]) => `${place}: ${license ?? 'none'}`)).toEqual([]);
  });
});

it('npm run sbom lists every package of the lock, and says which are for development only', () => {
  const text = execSync('npm run --silent sbom', { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });
  const { bomFormat, components } = JSON.parse(text) as {
    bomFormat: string;
    components: { name: string; properties?: { name: string; value: string }[] }[];
  };
  expect(bomFormat).toBe('CycloneDX');
  const names = new Set(components.map(({ name }) => name));
  const wanted = lockedBy('.').map(([place]) => place.split('node_modules/').at(-1)!);
  expect(wanted.filter((name) => !names.has(name))).toEqual([]);
  const development = (name: string) =>
    components
      .find((one) => one.name === name)
      ?.properties?.some((each) => each.name.endsWith(':development')) === true;
  expect([development('vega'), development('dependency-cruiser')]).toEqual([false, true]);
});
