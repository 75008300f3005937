// Asks the tests of a package about mutants, by processes of vitest whose tests are run by runner.mjs. Changed texts are given by a
// plugin; no file on the disk is touched.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import { createVitest } from 'vitest/node';
import { compile, sourcesOf } from '../build-kernels.mjs';
import { applyMutant } from './mutants.mjs';
import { isProgram, switched } from './switched.mjs';

/** A process of tests that needs so much longer than its tests without a mutant, and ten times as long, never ends. */
const patience = 20_000;

/**
 * Calls `verdict(mutant, { outcome, by })` for each mutant of the package in `folder`. With `near`, only tests in the folder of the
 * mutant are asked, where there are some.
 */
export async function askTests(folder, mutants, { near }, verdict) {
  const work = mkdtempSync(join(tmpdir(), 'mutants-'));
  let pid;
  process.on('exit', () => {
    if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGKILL');
    rmSync(work, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
  process.chdir(folder);
  const texts = switchedTexts(folder, mutants);
  const start = () => startVitest(folder, (file) => texts.get(file));
  let vitest = await start();
  const specs = await vitest.getRelevantTestSpecifications();
  const files = specs.map((spec) => spec.moduleId).sort();
  const reach = join(work, 'reach.json');
  /** File -> files that import it. */
  const imports = new Map();

  /** One process of tests: gives each answer to `answered`; false where it ended before it was done. */
  const order = async (content, answered) => {
    const [path, answers] = [join(work, 'order.json'), join(work, 'answers.jsonl')];
    rmSync(answers, { force: true });
    writeFileSync(path, JSON.stringify({ folder, answers, reach, ...content }));
    process.env.PRISMAMBA_MUTATION = path;
    let read = 0;
    let since = performance.now();
    let expected = content.expected ?? Infinity;
    pid = undefined;
    let done = false;
    let lost;
    const hasEnded = new Promise((resolve) => (lost = resolve));
    const look = () => {
      const lines = existsSync(answers) ? readFileSync(answers, 'utf8').split('\n').slice(0, -1) : [];
      for (; read < lines.length; read++) {
        const line = JSON.parse(lines[read]);
        since = performance.now();
        pid = line.pid ?? pid;
        expected = line.expected ?? expected;
        done ||= line.done === true;
        answered(line);
      }
      if (pid === undefined || done) return;
      if (!isAlive(pid)) {
        lost();
      } else if (performance.now() - since > patience + 10 * expected) {
        answered({ silent: Math.round((performance.now() - since) / 1000) });
        process.kill(pid, 'SIGKILL');
      }
    };
    const timer = setInterval(look, 300);
    const run = vitest.rerunTestSpecifications([specs[0]], false).catch(() => undefined);
    await Promise.race([run, hasEnded]);
    clearInterval(timer);
    look();
    rememberImports(vitest, imports);
    // Vitest waits for ever for the end of a process that has ended.
    if (!done) vitest = await start();
    return done;
  };

  const fresh = [];
  let rest = mutants.filter(({ file }) => texts.has(join(folder, file)));
  for (const mutant of mutants) if (!rest.includes(mutant)) fresh.push(mutant);
  let failed;
  let idle = 0;
  /** Run before any mutant is on: unless only a few tests are asked, all. */
  let first = near ? [] : files;
  while (rest.length > 0) {
    const waiting = new Set(rest.map(({ id }) => id));
    let current;
    let silent;
    const list = rest.map(({ id, file }) => ({ id, tests: testsByNearness(folder, file, files, near) }));
    const done = await order({ mutants: list, first }, (line) => {
      failed = line.failed ?? failed;
      if (line.first !== undefined) {
        first = [...first, line.first];
        current = undefined;
      }
      current = line.begin ?? current;
      silent = line.silent ?? silent;
      if (line.outcome === undefined) return;
      waiting.delete(line.id);
      current = undefined;
      const mutant = rest.find(({ id }) => id === line.id);
      if (line.outcome === 'again') fresh.push(mutant);
      else verdict(mutant, line);
    });
    if (failed !== undefined) throw new Error(`mutate: without any change a test fails: ${failed}`);
    if (current !== undefined) {
      waiting.delete(current);
      verdict(
        rest.find(({ id }) => id === current),
        ending(silent),
      );
    }
    idle = waiting.size < rest.length ? 0 : idle + 1;
    if (!done && idle > 2) throw new Error('mutate: the tests could not be run');
    rest = rest.filter(({ id }) => waiting.has(id));
  }

  const { files: reached } = existsSync(reach) ? JSON.parse(readFileSync(reach, 'utf8')) : { files: {} };
  /** A file that was not run so far takes as long as it likes. */
  const time = (file) =>
    Object.values(reached[file]?.times ?? { all: 1e9 }).reduce((sum, each) => sum + each, 0);

  for (const mutant of fresh) {
    let own;
    try {
      own = await textsOf(folder, mutant);
    } catch (error) {
      verdict(mutant, { outcome: 'invalid', by: String(error.message).split('\n').at(-1) });
      continue;
    }
    // A text with the mutant behind its switch is at hand for most; kernels are compiled anew.
    const changed = texts.has(join(folder, mutant.file)) ? new Map() : own;
    for (const [file, text] of changed) texts.set(file, text);
    for (const file of changed.keys()) vitest.invalidateFile(file);
    const importing = testsOf(vitest, imports, own.keys(), files);
    const asked = testsByNearness(folder, mutant.file, importing, near)
      .map((group) => group.sort((a, b) => time(a) - time(b)))
      .flat();
    let answer;
    let silent;
    const expected = asked.reduce((sum, file) => sum + time(file), 0);
    await order({ fresh: mutant.id, files: asked, expected }, (line) => {
      if (line.outcome !== undefined) answer = line;
      silent = line.silent ?? silent;
    });
    for (const file of changed.keys()) {
      texts.delete(file);
      vitest.invalidateFile(file);
    }
    verdict(mutant, answer ?? ending(silent));
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const ending = (silent) =>
  silent === undefined
    ? { outcome: 'killed', by: 'the test process ended' }
    : { outcome: 'timeout', by: `${silent} s` };

async function startVitest(folder, textOf) {
  const { NODE_ENV, VITEST, TEST } = { NODE_ENV: 'test', VITEST: 'true', TEST: 'true' };
  Object.assign(process.env, { NODE_ENV, VITEST, TEST });
  return createVitest(
    'test',
    {
      root: folder,
      watch: false,
      reporters: [{}],
      maxWorkers: 1,
      isolate: false,
      runner: join(import.meta.dirname, 'runner.mjs'),
      coverage: { enabled: false },
      // It would keep a mutant as what the file is.
      experimental: { fsModuleCache: false },
    },
    { plugins: [{ name: 'mutants', enforce: 'pre', load: (id) => textOf(id.split('?')[0]) }] },
  );
}

/** Changed text of every TypeScript file that has mutants. */
function switchedTexts(folder, mutants) {
  const texts = new Map();
  for (const file of new Set(mutants.map((mutant) => mutant.file))) {
    if (file.endsWith('.as.ts')) continue;
    const path = join(folder, file);
    const text = switched(
      readFileSync(path, 'utf8'),
      mutants.filter((mutant) => mutant.file === file),
    );
    if (text !== undefined) texts.set(path, text);
  }
  return texts;
}

/** The tests in groups, first those that lie nearest to the file; only these where `near` is asked for and they share its folder. */
function testsByNearness(folder, file, tests, near) {
  const parts = file.split('/');
  const groups = new Map();
  for (const test of tests) {
    const own = relative(folder, test).split(sep);
    let same = 0;
    while (same < parts.length && own[same] === parts[same]) same++;
    // `adam.test.ts` stands beside `adam.ts`.
    const named = basename(test).startsWith(`${basename(file).split('.')[0]}.`);
    const key = same + (named ? 0.5 : 0);
    groups.set(key, [...(groups.get(key) ?? []), test]);
  }
  const own = parts.length - 1;
  const keys = [...groups.keys()].sort((a, b) => b - a);
  const beside = keys.filter((key) => key >= own);
  return (near && beside.length > 0 && own > 1 ? beside : keys).map((key) => groups.get(key));
}

function rememberImports(vitest, imports) {
  for (const { vite } of vitest.projects)
    for (const { moduleGraph } of Object.values(vite.environments))
      for (const { file, importers } of moduleGraph.idToModuleMap.values()) {
        const known = imports.get(file) ?? new Set();
        for (const importer of importers) known.add(importer.file);
        imports.set(file, known);
      }
}

/** The tests that import one of the files, over any number of steps; all while nothing is known. */
function testsOf(vitest, imports, sources, tests) {
  if (imports.size === 0) return tests;
  const reached = new Set();
  const queue = [...sources];
  while (queue.length > 0) {
    const file = queue.pop();
    if (reached.has(file)) continue;
    reached.add(file);
    queue.push(...(imports.get(file) ?? []));
  }
  // What a setup file imports (kernels) is in every test.
  const everywhere = vitest.projects.some(({ config }) =>
    config.setupFiles.some((setup) => reached.has(setup)),
  );
  return tests.filter((test) => everywhere || reached.has(test));
}

/** Text of every module that a mutant changes: the file itself, or the kernels that are compiled from it. */
async function textsOf(folder, mutant) {
  const path = join(folder, mutant.file);
  const text = applyMutant(readFileSync(path, 'utf8'), mutant);
  if (!path.endsWith('.as.ts')) {
    if (!isProgram(text)) throw new Error('no program');
    return new Map([[path, text]]);
  }
  const texts = new Map();
  for (const entry of kernelEntries(folder)) {
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

const kernelEntries = (folder) =>
  readdirSync(join(folder, 'src'), { recursive: true })
    .map((file) => join(folder, 'src', file))
    .filter((file) => file.endsWith('.as.ts') && basename(dirname(file)) !== 'assembly');
