// Each published package alone in an empty folder, by the install line of its README: the README's examples as ES modules,
// as CommonJS and in strict TypeScript.
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installLine, walkCommandLine } from '../installed.mjs';
import { readmeExamples, runExample } from '../readme-examples.mjs';
import { seconds } from '../transcript.mjs';
import { PHOTO, TINY } from '../documented-commands.mjs';
import { root, workspacePackages } from '../workspace.mjs';
import { typeProblems } from './example-types.mjs';
import { registryProgram } from './registry.mjs';

// `prismamba` is tried as it is meant: by npx, without an installation.
const own = workspacePackages().filter((one) => one.published && one.name !== 'prismamba');

/** An empty folder that takes our packages from the local registry. */
export function emptyProject(projects, registry, name, { unscoped = false } = {}) {
  const folder = join(projects, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
  // All others come through the local registry too, and past npm's cache, where a name without our scope is to be found.
  const scope = unscoped ? '' : '@prismamba:';
  writeFileSync(join(folder, '.npmrc'), `${scope}registry=${registry.url}\nfund=false\naudit=false\n`);
  return folder;
}

const pnpm = `node ${registryProgram('pnpm/bin/pnpm.cjs')}`;
const yarn = registryProgram('@yarnpkg/cli-dist/bin/yarn.js');

/** How each manager installs names into an empty folder, and what then runs a file. */
const managers = {
  npm: { install: (names) => `npm install --prefer-offline ${names.join(' ')}`, program: [process.execPath] },
  // Nothing is hoisted: a package sees what it declares, and peers are installed by nobody else.
  pnpm: {
    prepare: (folder) =>
      appendFileSync(
        join(folder, '.npmrc'),
        'hoist=false\nauto-install-peers=false\nstrict-peer-dependencies=true\n',
      ),
    install: (names) => `${pnpm} add --ignore-workspace ${names.join(' ')}`,
    program: [process.execPath],
  },
  // Plug'n'Play: there is no node_modules, and what is not declared is not found. What was published a minute ago is taken, and
  // not what an earlier test left under the same version in Yarn's cache.
  yarn: {
    prepare: (folder, { url }) => {
      writeFileSync(join(folder, 'yarn.lock'), '');
      writeFileSync(
        join(folder, '.yarnrc.yml'),
        `nodeLinker: pnp\nglobalFolder: ${join(folder, '..', '.yarn')}\nenableTelemetry: false\nenableImmutableInstalls: false\nnpmPreapprovedPackages: ['@prismamba/*']\nunsafeHttpWhitelist: [127.0.0.1]\n` +
          `npmScopes: { prismamba: { npmRegistryServer: '${url.replace(/\/$/, '')}' } }\n`,
      );
    },
    install: (names) => `node ${yarn} add ${names.join(' ')}`,
    program: [process.execPath, yarn, 'node'],
  },
};

/** Each package by one manager; with npm also its types, by every Node of `nodes`, and what the command line does. */
export function installEach({ transcript, registry, projects, nodes }, manager) {
  const { walk, report } = transcript;
  const { install, program, prepare } = managers[manager];
  for (const one of own) {
    const names = installLine(one);
    if (names === undefined) {
      report(['has no line `npm install ...`'], `README of ${one.name}`, 'not installed');
      continue;
    }
    const folder = emptyProject(projects, registry, `${manager}-${one.name}`);
    prepare?.(folder, registry);
    if (!walk(folder, install(names))) continue;
    const examples = readmeExamples(join(one.directory, 'README.md'));
    const programs = manager === 'npm' ? nodes : [{ name: manager, program }];
    for (const { name, program: runs } of programs) {
      for (const format of ['esm', 'cjs']) {
        for (const [index, example] of examples.entries()) {
          const start = performance.now();
          const problem = runExample(example, folder, `${one.name}-${index + 1}`, { format, program: runs });
          report(
            problem === undefined ? [] : ['the example fails'],
            `${name}: README of ${one.name}, example ${index + 1}, ${format}`,
            seconds(start),
            problem,
          );
        }
      }
    }
    if (manager === 'npm') npmOnly(transcript, one, folder, examples);
    if (manager === 'npm' && one.name === 'experiments') {
      walkCommandLine(walk, folder);
      withoutInstall(walk, emptyProject(projects, registry, 'npx', { unscoped: true }));
    }
  }
}

/** One copy of TensorFlow.js, and examples that a strict compiler accepts. */
function npmOnly({ report }, one, folder, examples) {
  const copies = copiesOf(join(folder, 'node_modules'), '@tensorflow/tfjs-core');
  report(
    copies.length <= 1 ? [] : copies,
    `copies of TensorFlow.js beside ${one.name}`,
    String(copies.length),
  );
  if (examples.length === 0) return;
  for (const resolution of ['node16', 'bundler']) {
    const start = performance.now();
    const problem = typeProblems(examples, folder, resolution);
    report(
      problem === '' ? [] : ['the types are wrong'],
      `README of ${one.name}, strict TypeScript, moduleResolution ${resolution}`,
      seconds(start),
      problem,
    );
  }
}

/** This Node and the newest with long-term support (even numbers), from npm's package `node`; `reason` where there is none. */
export function nodesFor(scratch) {
  const here = { name: `node ${process.versions.node}`, program: [process.execPath] };
  const folder = join(scratch, 'newest-node');
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const npm = (...args) => spawnSync('npm', args, { cwd: folder, encoding: 'utf8', timeout: 300_000 });
  const latest = Number(npm('view', 'node', 'version').stdout.split('.')[0]);
  const major = latest - (latest % 2);
  if (!(major > 0)) return { nodes: [here], reason: 'npm does not say which Node is the newest' };
  if (major === Number(process.versions.node.split('.')[0])) return { nodes: [here] };
  const install = npm('install', `node@${major}`);
  const program = join(folder, 'node_modules/.bin/node');
  const version = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout?.trim();
  if (!version)
    return { nodes: [here], reason: `node@${major} cannot be installed: ${install.stderr.slice(-300)}` };
  return { nodes: [here, { name: `node ${version.slice(1)}`, program: [program] }] };
}

/** The command line by npx in a folder where nothing is installed. */
function withoutInstall(walk, folder) {
  const npx = 'npx --yes prismamba';
  const env = { npm_config_cache: join(folder, '.npm-cache-npx') };
  cpSync(join(root, PHOTO), join(folder, 'photo.jpg'));
  walk(folder, `${npx} init`, { env, leaves: ['experiment.yaml', 'experiment.schema.json'] });
  walk(folder, `${npx} pretrained`, { env, prints: ['gmsr-net/'] });
  walk(folder, `${npx} train experiment.yaml ${TINY}`, { env, prints: ['report: runs/'], leaves: ['runs'] });
  walk(folder, `${npx} reconstruct photo.jpg --at 2,3`, { env, leaves: ['photo.npy', 'photo.spectra.csv'] });
}

/** Folders of the copies of a package, however deep. */
export function copiesOf(modules, name) {
  if (!existsSync(modules)) return [];
  return readdirSync(modules, { recursive: true })
    .map(String)
    .filter((path) => path === name || path.endsWith(`node_modules/${name}`));
}
