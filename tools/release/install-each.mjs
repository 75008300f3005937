// Each published package alone in an empty folder, by the install line of its README: the README's examples as ES modules,
// as CommonJS and in strict TypeScript.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installLine, walkCommandLine } from '../installed.mjs';
import { readmeExamples, runExample } from '../readme-examples.mjs';
import { seconds } from '../transcript.mjs';
import { workspacePackages } from '../workspace.mjs';
import { typeProblems } from './example-types.mjs';

const own = workspacePackages().filter((one) => one.published);

/** An empty folder that takes our packages from the local registry. */
export function emptyProject(projects, registry, name) {
  const folder = join(projects, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
  writeFileSync(join(folder, '.npmrc'), `@prismamba:registry=${registry.url}\nfund=false\naudit=false\n`);
  return folder;
}

/** How each manager installs names, and what then runs a file. */
const managers = {
  npm: {
    install: (names) => `npm install --prefer-offline ${names.join(' ')}`,
    program: [process.execPath],
  },
};

export function installEach({ transcript, registry, projects }, manager) {
  const { walk, report } = transcript;
  const { install, program } = managers[manager];
  for (const one of own) {
    const names = installLine(one);
    if (names === undefined) {
      report(['has no line `npm install ...`'], `README of ${one.name}`, 'not installed');
      continue;
    }
    const folder = emptyProject(projects, registry, `${manager}-${one.name}`);
    if (!walk(folder, install(names))) continue;
    const copies = copiesOf(join(folder, 'node_modules'), '@tensorflow/tfjs-core');
    report(
      copies.length <= 1 ? [] : copies,
      `copies of TensorFlow.js beside ${one.name}`,
      String(copies.length),
    );
    const examples = readmeExamples(join(one.directory, 'README.md'));
    for (const format of ['esm', 'cjs']) {
      for (const [index, example] of examples.entries()) {
        const start = performance.now();
        const problem = runExample(example, folder, `${one.name}-${index + 1}`, { format, program });
        report(
          problem === undefined ? [] : ['the example fails'],
          `${manager}: README of ${one.name}, example ${index + 1}, ${format}`,
          seconds(start),
          problem,
        );
      }
    }
    if (manager === 'npm' && one.name === 'experiments') {
      walkCommandLine(walk, folder);
      withoutInstall(walk, emptyProject(projects, registry, 'npx'));
    }
    if (examples.length === 0 || manager !== 'npm') continue;
    for (const resolution of ['node16', 'bundler']) {
      const start = performance.now();
      const problem = typeProblems(examples, folder, resolution);
      report(
        problem === '' ? [] : ['the types are wrong'],
        `${manager}: README of ${one.name}, strict TypeScript, moduleResolution ${resolution}`,
        seconds(start),
        problem,
      );
    }
  }
}

/** The command line by npx in a folder where nothing is installed. */
function withoutInstall(walk, folder) {
  const npx = 'npx --yes --package @prismamba/experiments prismamba';
  const env = { npm_config_cache: join(folder, '.npm-cache-npx') };
  walk(folder, `${npx} init`, { env, leaves: ['experiment.yaml', 'experiment.schema.json'] });
  walk(folder, `${npx} pretrained`, { env, prints: ['gmsr-net/'] });
}

/** Folders of the copies of a package, however deep. */
function copiesOf(modules, name) {
  if (!existsSync(modules)) return [];
  return readdirSync(modules, { recursive: true })
    .map(String)
    .filter((path) => path === name || path.endsWith(`node_modules/${name}`));
}
