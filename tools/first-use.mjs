// `npm run test:first-use`: what somebody meets who uses this for the first time. Every package is packed as npm would publish
// it, and installed into empty folders outside of the checkout; there the examples of the READMEs run, and the command line
// walks from help to a trained network and a photo. `--short` (in CI) uses one folder for all packages; the whole walk also
// installs each package alone, by the install line of its own README, and goes through the commands of all pages in a fresh clone.
// Prints a transcript: command, exit code, seconds.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PHOTO, TINY } from './documented-commands.mjs';
import { readmeExamples, runExample } from './readme-examples.mjs';
import { nxCommand, root, workspacePackages } from './workspace.mjs';

const short = process.argv.includes('--short');
const scratch = mkdtempSync(join(tmpdir(), 'prismamba-first-use-'));
const published = workspacePackages().filter((one) => one.published);
let failed = 0;
let passed = 0;

/** Runs a command by the shell and holds its exit code and output against what is wanted. */
function walk(cwd, command, { code = 0, prints = [], leaves = [] } = {}) {
  const start = performance.now();
  const run = spawnSync('bash', ['-o', 'pipefail', '-c', command], {
    cwd,
    encoding: 'utf8',
    timeout: 600_000,
    maxBuffer: 1 << 26,
    env: { ...process.env, PRISMAMBA_DATA: undefined, NX_DAEMON: 'false', NX_TUI: 'false' },
  });
  const output = `${run.stdout}${run.stderr}`;
  const wrong = [
    ...(run.status === code ? [] : [`exit code ${run.status ?? run.signal}, wanted ${code}`]),
    ...prints.filter((text) => !output.includes(text)).map((text) => `did not print '${text}'`),
    ...leaves.filter((file) => !existsSync(join(cwd, file))).map((file) => `left no ${file}`),
    ...(/^\s+at .*:\d+:\d+\)?$/m.test(run.stderr) ? ['printed a stack'] : []),
  ];
  report(wrong, `$ ${command}`, `exit code ${run.status}, ${seconds(start)}`, output);
  return wrong.length === 0;
}
const seconds = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`;
function report(wrong, what, detail, output = '') {
  if (wrong.length === 0) passed++;
  else failed++;
  process.stdout.write(`${wrong.length === 0 ? 'ok    ' : 'FAILED'} ${what} (${detail})\n`);
  for (const line of wrong) process.stdout.write(`       ${line}\n`);
  if (wrong.length > 0) process.stdout.write(`${output.slice(-3000)}\n`);
}

/** File of a package as npm would publish it, by its name. */
function packAll() {
  const folder = join(scratch, 'tarballs');
  mkdirSync(folder);
  return new Map(
    published.map(({ directory, manifest }) => {
      const pack = spawnSync('npm', ['pack', '--json', '--pack-destination', folder], {
        cwd: directory,
        encoding: 'utf8',
      });
      if (pack.status !== 0) throw new Error(`npm pack in ${directory}:\n${pack.stderr}`);
      return [manifest.name, join(folder, JSON.parse(pack.stdout)[0].filename)];
    }),
  );
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

/** The examples of a package's README, in a folder where it is installed. */
function examplesIn(folder, { name, directory }) {
  for (const [index, example] of readmeExamples(join(directory, 'README.md')).entries()) {
    const start = performance.now();
    const problem = runExample(example, folder, `${name}-${index + 1}`);
    report(
      problem === undefined ? [] : ['the example fails'],
      `README of ${name}, example ${index + 1}`,
      seconds(start),
      problem,
    );
  }
}

/** The command line in a folder where the packages are installed. */
function commandLine(folder) {
  cpSync(join(root, PHOTO), join(folder, 'photo.jpg'));
  const { version } = published.find(({ name }) => name === 'experiments').manifest;
  walk(folder, 'npx prismamba --version', { prints: [version] });
  walk(folder, 'npx prismamba', { code: 2, prints: ['Usage: prismamba'] });
  walk(folder, 'npx prismamba trian', { code: 2, prints: ["unknown command 'trian'"] });
  walk(folder, 'npx prismamba doctor', { prints: ['backend'] });
  walk(folder, 'npx prismamba pretrained', { prints: ['gmsr-net/'] });
  walk(folder, 'npx prismamba reconstruct photo.jpg --at 2,3', {
    prints: ['31 bands'],
    leaves: ['photo.npy', 'photo.preview.png', 'photo.spectra.csv', 'photo.spectra.svg'],
  });
  walk(folder, `npx prismamba train quickstart ${TINY}`, {
    prints: ['report: runs/'],
    leaves: ['runs/quickstart'],
  });
  walk(folder, 'npx prismamba runs', { prints: ['quickstart'] });
  walk(folder, 'npx prismamba evaluate runs/quickstart/*', { prints: ['PSNR'] });
  walk(folder, 'npx prismamba reconstruct nowhere.jpg', { code: 1, prints: ['nowhere.jpg'] });
  walk(folder, 'npx prismamba reproduce complexity --out complexity', { leaves: ['complexity'] });
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
  walk(all, install(`${[...tarballs.values()].join(' ')} ${libraries}`), {
    leaves: ['node_modules/.bin/prismamba'],
  });
  walk(all, 'test "$(find node_modules -path \'*@tensorflow/tfjs-core/package.json\' | wc -l)" = 1');
  for (const one of published) examplesIn(all, one);
  commandLine(all);

  if (!short) {
    for (const one of published) {
      const line = /^\s*(?:\$ )?npm install (?:-g )?(@prismamba\/.*)$/m.exec(
        readFileSync(join(one.directory, 'README.md'), 'utf8'),
      );
      if (line === null) {
        report([`has no line 'npm install ${one.manifest.name} ...'`], `README of ${one.name}`, '0 s');
        continue;
      }
      const names = line[1].split('#')[0].trim().split(/\s+/);
      const folder = emptyFolder(`alone-${one.name}`, tarballs, names);
      const installed = names.map((name) => tarballs.get(name) ?? name).join(' ');
      if (walk(folder, install(installed), { prints: ['added'] })) {
        examplesIn(folder, one);
        if (one.name === 'experiments') commandLine(folder);
      }
    }
    walk(root, 'node tools/run-commands.mjs');
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.stdout.write(`first use: ${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
