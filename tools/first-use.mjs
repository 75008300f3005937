// `npm run test:first-use`: what somebody meets who uses this for the first time. Every package is packed as npm would publish
// it, and installed into empty folders outside of the checkout; there the examples of the READMEs run, and the command line
// walks from help to a trained network and a photo. `--short` (in CI) uses one folder for all packages; the whole walk also
// installs each package alone, by the install line of its own README, and goes through the commands of all pages in a fresh clone.
// Prints a transcript: command, exit code, seconds.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { installLine, walkCommandLine } from './installed.mjs';
import { pagesOf, readmeExamples, runExample } from './readme-examples.mjs';
import { createTranscript, seconds } from './transcript.mjs';
import { nxCommand, root, workspacePackages } from './workspace.mjs';

const short = process.argv.includes('--short');
const scratch = mkdtempSync(join(tmpdir(), 'prismamba-first-use-'));
const published = workspacePackages().filter((one) => one.published);
const { walk, report, end } = createTranscript('first use');

/** File of a package as npm would publish it, by its name. */
function packAll() {
  const folder = join(scratch, 'tarballs');
  mkdirSync(folder);
  const directories = published.map(({ directory }) => directory);
  const pack = spawnSync('npm', ['pack', '--json', '--pack-destination', folder, ...directories], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (pack.status !== 0) throw new Error(`npm pack:\n${pack.stderr}`);
  return new Map(JSON.parse(pack.stdout).map(({ name, filename }) => [name, join(folder, filename)]));
}

/**
 * An empty folder whose package.json says where those of our packages are that are not installed by name: nothing of them is in a
 * registry yet.
 */
function emptyFolder(name, tarballs, installed) {
  const folder = join(scratch, name);
  mkdirSync(folder);
  const overrides = Object.fromEntries(
    [...tarballs].filter(([own]) => !installed.includes(own)).map(([own, file]) => [own, `file:${file}`]),
  );
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name, private: true, type: 'module', overrides }),
  );
  return folder;
}
const install = (what) => `npm install --no-audit --no-fund --prefer-offline ${what}`;

/** The examples of a package's README and guides, in a folder where it is installed. */
function examplesIn(folder, one) {
  for (const [number, page] of pagesOf(one).entries()) {
    const place = relative(root, page);
    const examples = readmeExamples(page);
    // The command line has commands instead.
    if (examples.length === 0 && one.manifest.bin === undefined)
      report(['has no example that runs'], place, '0 s');
    for (const [index, example] of examples.entries()) {
      const start = performance.now();
      const problem = runExample(example, folder, `${one.name}-${number}-${index}`);
      const wrong = problem === undefined ? [] : ['the example fails'];
      report(wrong, `${place}, example ${index + 1}`, seconds(start), problem);
    }
  }
}

try {
  const build = spawnSync(nxCommand()[0], nxCommand('run-many', '-t', 'build').slice(1), {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' },
  });
  if (build.status !== 0) throw new Error(`the packages do not build:\n${build.stdout}${build.stderr}`);
  const tarballs = packAll();

  const all = emptyFolder('everything', tarballs, [...tarballs.keys()]);
  const libraries =
    '@tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-layers@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0';
  const installed = walk(all, install(`${[...tarballs.values()].join(' ')} ${libraries}`), {
    leaves: ['node_modules/.bin/prismamba'],
  });
  // Where nothing is installed, everything else fails for that one reason.
  if (installed) {
    walk(all, 'test "$(find node_modules -path \'*@tensorflow/tfjs-core/package.json\' | wc -l)" = 1');
    for (const one of published) examplesIn(all, one);
    walkCommandLine(walk, all, { short });
  }

  if (!short) {
    for (const one of published) {
      const names = installLine(one);
      if (names === undefined) {
        report([`has no line 'npm install ${one.manifest.name} ...'`], `README of ${one.name}`, '0 s');
        continue;
      }
      const folder = emptyFolder(`alone-${one.name}`, tarballs, names);
      const installed = names.map((name) => tarballs.get(name) ?? name).join(' ');
      if (walk(folder, install(installed), { prints: ['added'] })) {
        examplesIn(folder, one);
        if (one.name === 'experiments') walkCommandLine(walk, folder);
      }
    }
    walk(root, 'PRISMAMBA_WHOLE=1 node tools/run-commands.mjs');
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(end());
