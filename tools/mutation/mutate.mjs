// `npm run mutate -- packages/NAME`: changes one small thing of the package's sources at a time (mutants.mjs) and runs the tests
// that import the changed file. A change that no test notices is printed as a survivor: a test is missing, or the change makes
// no difference, which `survivors.json` says for each, with the reason. The score is killed / (killed + survived); it is printed
// without and with the explained ones.
//
//   --sample 300   how many mutants, drawn evenly with --seed (all of them without it)
//   --kernels      the AssemblyScript kernels, which are compiled anew for each mutant, in place of the TypeScript sources
//   --only TEXT    files whose path contains the text
//   --near         asks only the tests in the folder of a changed file, where there are some: a lower bound, quickly
//   --out FILE     the results as JSON
//   --again FILE   such results of an earlier run: what its tests noticed stands, the others are asked again (after tests were added)
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../workspace.mjs';
import { mutantsOf, sample } from './mutants.mjs';
import { askTests } from './session.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    kernels: { type: 'boolean', default: false },
    near: { type: 'boolean', default: false },
    out: { type: 'string' },
    again: { type: 'string' },
  },
});
if (positionals.length !== 1) {
  process.stderr.write(
    'usage: npm run mutate -- packages/NAME [--sample N] [--seed N] [--kernels] [--near] [--only TEXT] [--out FILE] [--again FILE]\n',
  );
  process.exit(2);
}
const folder = resolve(root, positionals[0]);
if (values.out !== undefined) values.out = resolve(values.out);
const explained = JSON.parse(readFileSync(join(import.meta.dirname, 'survivors.json'), 'utf8'));

// Not changed: tests and what is only there for them, what is generated, lists of exports, the ONNX form (also
// `*-nodes.ts`) and the cost of a layer, which the tests of `models` check, and shaders, which want a device.
const isSource = (file) =>
  file.endsWith('.ts') &&
  !/(\.(test|page|onnx|cost|webgpu|d)|-nodes)\.ts$/.test(file) &&
  file.endsWith('.as.ts') === values.kernels &&
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

const noticed = new Map(
  (values.again === undefined ? [] : JSON.parse(readFileSync(values.again, 'utf8')))
    .filter(({ outcome }) => outcome === 'killed' || outcome === 'timeout')
    .map((row) => [`${row.name} ${row.place}`, row]),
);
const earlier = (mutant) => noticed.get(`${nameOf(mutant)} ${place(mutant)}`);

const results = mutants
  .filter((mutant) => earlier(mutant) !== undefined)
  .map((mutant) => ({ ...mutant, outcome: earlier(mutant).outcome, by: earlier(mutant).by }));
const asked = mutants.filter((mutant) => earlier(mutant) === undefined);
if (asked.length < mutants.length) console.log(`${mutants.length - asked.length} were noticed before`);
await askTests(folder, asked, { near: values.near }, (mutant, { outcome, by }) => {
  const reason = outcome === 'survived' ? explained[nameOf(mutant)] : undefined;
  results.push({ ...mutant, outcome: reason === undefined ? outcome : 'explained', by: reason ?? by });
  if (outcome === 'survived' && reason === undefined) console.log(`survived ${place(mutant)} (${by})`);
});

const count = (outcome) => results.filter((result) => result.outcome === outcome).length;
const killed = count('killed') + count('timeout');
const percent = (survived) => `${((100 * killed) / Math.max(1, killed + survived)).toFixed(1)} %`;
console.log(
  `${relative(root, folder)}: ${killed} killed (${count('timeout')} of them never ended), ${count('survived')} survived, ` +
    `${count('explained')} make no difference as survivors.json explains, ${count('invalid')} do not compile; ` +
    `score ${percent(count('survived'))}, ${percent(count('survived') + count('explained'))} with the explained as survivors`,
);
if (values.out !== undefined) {
  const rows = results
    .sort((a, b) => a.id - b.id)
    .map((result) => ({
      name: nameOf(result),
      place: place(result),
      outcome: result.outcome,
      by: result.by,
    }));
  writeFileSync(values.out, `${JSON.stringify(rows, null, 1)}\n`);
}
// Failing tests are what is wanted here; vitest has set the exit code for them.
process.exit(0);
