// `npm run notices`: the last section of every published package's THIRD_PARTY_NOTICES.md, the libraries that npm installs with
// it and their licences, from the lock. `noticesProblems` (check-package.mjs) finds a section that is out of date, and a licence
// that nobody has looked at. What a package itself holds of others stands above that section, written by hand.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, workspacePackages } from './workspace.mjs';

const HEADING = '## Libraries that npm installs with it';
const ACCEPTED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Unlicense',
  'Zlib',
];
/** Licences that need words of their own: who is meant, what the lock says, what is to be known. */
const EXPLAINED = [
  {
    name: 'h5wasm',
    license: 'SEE LICENSE IN LICENSE.txt',
    words:
      "h5wasm: NIST's statement (free to use, copy and distribute with the notice kept). It holds the HDF5 library, Copyright 2006 by The HDF " +
      'Group, Copyright 1998-2006 by The Board of Trustees of the University of Illinois, under a BSD licence. Both texts are in its `LICENSE.txt`.',
  },
  {
    name: '@img/sharp-libvips-',
    license: 'LGPL-3.0-or-later',
    words:
      'libvips and what it is built from (glib, cairo and others), as shared libraries in the packages `@img/sharp-libvips-*` of sharp: ' +
      'LGPL-3.0-or-later and the licences that those packages list. They are loaded unchanged and can be replaced by a build of your own ' +
      '(https://sharp.pixelplumbing.com/install); their sources are at https://github.com/lovell/sharp-libvips.',
  },
];

/** Libraries of a package, also through others and for every platform: name and licence, as the lock has them. */
function librariesOf(manifest, lock) {
  const found = new Map();
  const ours = new Map(workspacePackages().map((one) => [one.manifest.name, one.manifest]));
  const visit = (names, from) => {
    for (const name of names) {
      const own = ours.get(name);
      if (own !== undefined) {
        visit(Object.keys(own.dependencies ?? {}), '');
        continue;
      }
      const path = resolved(name, from, lock);
      if (path === undefined || found.has(path)) continue;
      const { license, dependencies, optionalDependencies } = lock.packages[path];
      found.set(path, { name, license });
      visit(Object.keys({ ...dependencies, ...optionalDependencies }), path);
    }
  };
  visit(Object.keys(manifest.dependencies ?? {}), '');
  return [...found.values()];
}

/** Where a package that stands at `from` finds a library, as Node looks for it. */
function resolved(name, from, lock) {
  for (let place = from; ; place = place.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
    const path = `${place === '' ? '' : `${place}/`}node_modules/${name}`;
    if (path in lock.packages) return path;
    if (place === '') return undefined;
  }
}

/** The section of a package, and the licences in it that nobody has accepted. */
function section(manifest) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const byLicence = new Map();
  const words = new Set();
  const unknown = [];
  for (const { name, license = 'none stated' } of librariesOf(manifest, lock)) {
    const explained = EXPLAINED.find((one) => name.startsWith(one.name) && one.license === license);
    // A platform's build of sharp holds both: its own code, and the library that is explained.
    const parts = license.replace(/[()]/g, '').split(/ (?:AND|OR) /);
    if (explained !== undefined) words.add(explained.words);
    else if (parts.every((part) => ACCEPTED.includes(part)))
      byLicence.set(license, (byLicence.get(license) ?? new Set()).add(name));
    else if (name.startsWith('@img/sharp-') && /LGPL/.test(license))
      words.add(EXPLAINED.find((one) => one.name === '@img/sharp-libvips-').words);
    else unknown.push(`${name} (${license})`);
  }
  const lines = [...byLicence]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([licence, names]) => `- ${licence}: ${[...names].sort().join(', ')}`);
  const list = [...lines, ...[...words].map((text) => `- ${text}`)].join('\n');
  const text = `${HEADING}\n\nThey are not part of this package; each brings its licence along.\n\n${list === '' ? 'None.' : list}\n`;
  return { text, unknown };
}

/** The page as it should be: what stands above the section, and the section. */
function page(directory, manifest) {
  const file = join(directory, 'THIRD_PARTY_NOTICES.md');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '# Third-party notices\n';
  const own = before.split(HEADING)[0].trimEnd();
  const { text, unknown } = section(manifest);
  return { file, before, wanted: `${own}\n\n${text}`, unknown };
}

/** What is wrong with the notices of a package. */
export function noticesProblems(directory, manifest) {
  const { before, wanted, unknown } = page(directory, manifest);
  return [
    ...(before === wanted ? [] : ['THIRD_PARTY_NOTICES.md is out of date: run npm run notices']),
    ...unknown.map((one) => `${one}: a licence that tools/third-party-notices.mjs does not know`),
    ...(manifest.files.includes('THIRD_PARTY_NOTICES.md') ? [] : ['"files" lacks THIRD_PARTY_NOTICES.md']),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { directory, manifest, published } of workspacePackages()) {
    if (!published) continue;
    const { file, wanted, unknown } = page(directory, manifest);
    writeFileSync(file, wanted);
    if (unknown.length > 0) process.stdout.write(`${manifest.name}: ${unknown.join(', ')}\n`);
  }
}
