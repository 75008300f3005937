// `npm run mutate -- packages/NAME`: changes one small thing of the package's sources at a time (mutants.mjs) and runs the tests
// that import the changed file. A change that no test notices is printed as a survivor: a test is missing, or the change makes
// no difference, which `survivors.json` says for each, with the reason. The score is killed / (killed + survived).
//
//   --sample 300   how many mutants, drawn evenly with --seed (all of them without it)
//   --only TEXT    files whose path contains the text, kernels: `.as.ts`
//   --out FILE     the results as JSON
import { fork } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../workspace.mjs';
import { mutantsOf, sample } from './mutants.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    out: { type: 'string' },
  },
});
if (positionals.length !== 1) {
  process.stderr.write(
    'usage: npm run mutate -- packages/NAME [--sample N] [--seed N] [--only TEXT] [--out FILE]\n',
  );
  process.exit(2);
}
const folder = resolve(root, positionals[0]);
const explained = JSON.parse(readFileSync(join(import.meta.dirname, 'survivors.json'), 'utf8'));

// Not changed: tests and what is only there for them, what is generated, lists of exports, and the ONNX form and the cost of a
// layer, which the tests of `models` check.
const isSource = (file) =>
  file.endsWith('.ts') &&
  !/\.(test|page|onnx|cost|d)\.ts$/.test(file) &&
  !/(^|[\\/])(testing|generated)[\\/]/.test(file) &&
  !/(^|[\\/])(index|internal|node|wasm|cpu)\.ts$/.test(file);
const files = readdirSync(join(folder, 'src'), { recursive: true })
  .map((file) => join('src', file).replaceAll('\\', '/'))
  .filter((file) => isSource(file) && file.includes(values.only))
  .sort();
const every = files.flatMap((file) => mutantsOf(file, readFileSync(join(folder, file), 'utf8')));
const mutants = sample(every, Number(values.sample ?? every.length), Number(values.seed)).map(
  (mutant, id) => ({ ...mutant, id }),
);
console.log(
  `${relative(root, folder)}: ${mutants.length} of ${every.length} mutants of ${files.length} files`,
);

const place = ({ file, line, column, kind, original, text }) =>
  `${file}:${line}:${column} ${kind}: ${clip(original)} -> ${clip(text)}`;
const clip = (text) => {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
};
/** The line's own text and the change name a mutant, so that lines may move. */
const nameOf = (mutant) => {
  const line = readFileSync(join(folder, mutant.file), 'utf8').split('\n')[mutant.line - 1].trim();
  return `${relative(root, folder)}/${mutant.file} | ${line} | ${clip(mutant.original)} -> ${clip(mutant.text)}`;
};

const results = [];
let worker;
for (const mutant of mutants) {
  worker ??= await startWorker();
  const result = await ask(mutant);
  const reason = result.outcome === 'survived' ? explained[nameOf(mutant)] : undefined;
  results.push({
    ...mutant,
    ...result,
    ...(reason === undefined ? {} : { outcome: 'explained', by: reason }),
  });
  if (result.outcome === 'survived' && reason === undefined)
    console.log(`survived ${place(mutant)} (${result.by})`);
}
worker?.kill();

const count = (outcome) => results.filter((result) => result.outcome === outcome).length;
const killed = count('killed') + count('timeout');
const survived = count('survived') + count('explained');
console.log(
  `${relative(root, folder)}: ${killed} killed (${count('timeout')} of them never ended), ${survived} survived ` +
    `(${count('explained')} of them explained), ${count('invalid')} do not compile; ` +
    `score ${((100 * killed) / Math.max(1, killed + survived)).toFixed(1)} %`,
);
if (values.out !== undefined) {
  const rows = results.map((result) => ({
    name: nameOf(result),
    place: place(result),
    outcome: result.outcome,
    by: result.by,
  }));
  writeFileSync(values.out, `${JSON.stringify(rows, null, 1)}\n`);
}

/** A process with one vitest, whose tests have passed without a change; it and its own children end together. */
async function startWorker() {
  const child = fork(join(import.meta.dirname, 'worker.mjs'), [folder], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'test', VITEST: 'true', TEST: 'true' },
  });
  const end = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  process.on('exit', end);
  const started = performance.now();
  const first = await Promise.race([message(child), ended(child)]);
  if (first === undefined) throw new Error('mutate: the tests could not be started');
  if (first.failed !== undefined) {
    end();
    throw new Error(`mutate: without any change a test fails: ${first.failed}`);
  }
  // A changed loop may never end: no run of tests takes as much longer than all tests without a change.
  const limit = 20_000 + 3 * (performance.now() - started);
  return { child, kill: end, limit };
}

async function ask(mutant) {
  const { child, kill, limit } = worker;
  child.send(mutant);
  let timer;
  const late = new Promise((done) => {
    timer = setTimeout(done, limit, { outcome: 'timeout', by: `${Math.round(limit / 1000)} s` });
  });
  const answer = await Promise.race([message(child), ended(child), late]);
  clearTimeout(timer);
  if (answer?.outcome !== undefined && answer.outcome !== 'timeout') return answer;
  kill();
  worker = undefined;
  return answer ?? { outcome: 'killed', by: 'the test process ended' };
}

function message(child) {
  return new Promise((done) => child.once('message', done));
}

function ended(child) {
  return new Promise((done) => child.once('exit', () => done(undefined)));
}
