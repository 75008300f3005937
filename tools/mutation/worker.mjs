// Tries mutants that `mutate.mjs` sends, one after the other, in one vitest: the changed text is given by a plugin, and no file
// on the disk is touched. Answers each with what its tests said. A mutant that never ends is ended from outside.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { createVitest } from 'vitest/node';
import { compile, sourcesOf } from '../build-kernels.mjs';
import { applyMutant } from './mutants.mjs';

const folder = process.argv[2];
process.chdir(folder);
/** Test files of the current run that have ended; vitest itself also keeps the results of earlier runs. */
let ended = [];
/** Text of a file instead of what lies on the disk, by path. */
const changed = new Map();

const vitest = await createVitest(
  'test',
  {
    root: folder,
    watch: false,
    bail: 1,
    reporters: [{ onTestModuleEnd: (module) => ended.push(module) }],
    maxWorkers: 1,
    testTimeout: 60_000,
    coverage: { enabled: false },
  },
  {
    plugins: [
      {
        name: 'mutant',
        enforce: 'pre',
        load: (id) => changed.get(id.split('?')[0]),
      },
    ],
  },
);
const all = await vitest.getRelevantTestSpecifications();
const shared = (a, b) => {
  const [left, right] = [a, b].map((path) => relative(folder, path).split(sep));
  let same = 0;
  while (same < left.length && left[same] === right[same]) same++;
  return same;
};
const ran = new Map();

/** Every module that imports one of the files, over any number of steps, by Vite's graph (filled by the first, unchanged run). */
function importers(files) {
  const found = new Set();
  const graphs = vitest.projects.map((project) => project.vite.environments);
  const queue = graphs.flatMap((environments) =>
    Object.values(environments).flatMap((environment) =>
      files.flatMap((file) => [...(environment.moduleGraph.getModulesByFile(file) ?? [])]),
    ),
  );
  while (queue.length > 0) {
    const module = queue.pop();
    if (found.has(module)) continue;
    found.add(module);
    queue.push(...module.importers);
  }
  return new Set([...found].map((module) => module.file));
}

/** The tests that import the files; those that lie nearest to `file` first, the quicker first among them. */
function testsFor(file, files) {
  const reached = importers(files);
  // What a setup file imports (kernels) is in every test.
  const everywhere = vitest.projects.some(({ config }) =>
    config.setupFiles.some((setup) => reached.has(setup)),
  );
  return all
    .filter((spec) => everywhere || reached.has(spec.moduleId))
    .map((spec) => ({ spec, near: shared(spec.moduleId, file), seconds: ran.get(spec.moduleId) ?? 0 }))
    .sort((a, b) => b.near - a.near || a.seconds - b.seconds)
    .map(({ spec }) => spec);
}

async function run(specs, changedFiles) {
  for (const file of changedFiles) vitest.invalidateFile(file);
  ended = [];
  const { unhandledErrors } = await vitest.rerunTestSpecifications(specs, false);
  for (const module of ended)
    if (!ran.has(module.moduleId)) ran.set(module.moduleId, module.diagnostic().duration);
  const failed = ended.find((module) => module.state() === 'failed');
  if (failed === undefined) return unhandledErrors.length > 0 ? 'an error outside of tests' : undefined;
  const test = [...failed.children.allTests()].find((each) => each.result().state === 'failed');
  return `${relative(folder, failed.moduleId)}${test === undefined ? '' : `: ${test.fullName}`}`;
}

/** Text of every changed module: the file itself, or the kernels that are compiled from it. */
async function textsOf(mutant) {
  const path = join(folder, mutant.file);
  const text = applyMutant(readFileSync(path, 'utf8'), mutant);
  if (!path.endsWith('.as.ts')) return new Map([[path, text]]);
  const texts = new Map();
  for (const entry of kernelEntries) {
    if (!(await sourcesOf(entry)).has(path)) continue;
    const bytes = await compile(entry, undefined, (file) =>
      file === path ? text : readFileSync(file, 'utf8'),
    );
    const generated = join(folder, 'src/generated', `${basename(entry, '.as.ts')}.wasm.ts`);
    const base64 = Buffer.from(bytes).toString('base64');
    texts.set(generated, readFileSync(generated, 'utf8').replaceAll(/'[A-Za-z0-9+/=]{64,}'/g, `'${base64}'`));
  }
  return texts;
}

const kernelEntries = readdirSync(join(folder, 'src'), { recursive: true })
  .map((file) => join(folder, 'src', file))
  .filter((file) => file.endsWith('.as.ts') && basename(dirname(file)) !== 'assembly');

async function tryMutant(mutant) {
  let texts;
  try {
    texts = await textsOf(mutant);
  } catch (error) {
    return { outcome: 'invalid', by: String(error.message).split('\n').at(-1) };
  }
  for (const [file, text] of texts) changed.set(file, text);
  const files = [...texts.keys()];
  try {
    const specs = testsFor(join(folder, mutant.file), files);
    if (specs.length === 0) return { outcome: 'survived', by: 'no test imports the file' };
    // Most mutants die of the tests beside them; the others are asked only where these are content.
    const near = specs
      .filter((spec) => shared(spec.moduleId, files[0]) >= shared(specs[0].moduleId, files[0]))
      .slice(0, 2);
    for (const group of [near, specs.filter((spec) => !near.includes(spec))]) {
      const by = group.length === 0 ? undefined : await run(group, files);
      if (by !== undefined) return { outcome: 'killed', by };
    }
    return { outcome: 'survived', by: `${specs.length} test files` };
  } finally {
    changed.clear();
    for (const file of files) vitest.invalidateFile(file);
  }
}

const firstFailure = await run(all, []);
process.send({ ready: true, failed: firstFailure });
process.on('message', async (mutant) => {
  process.send({ id: mutant.id, ...(await tryMutant(mutant)) });
});
process.on('disconnect', () => process.exit(0));
