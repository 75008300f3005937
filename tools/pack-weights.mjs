// node tools/pack-weights.mjs RUN NAME [DATA]: takes the weights of a finished run into packages/weights, with the card that its scores say.
// RUN is a run folder of `prismamba train`, NAME for instance gmsr-net/cave-clean. Weights of larger networks go into
// packages/weights-large, at half precision; the scores of the card are then those of what is stored, so DATA, the folder of the scenes,
// is needed, and a built command line. What people must know beyond numbers (limits, licence, what was tried) is written by hand into
// weights/NAME.md, whose tables a test writes.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { root } from './workspace.mjs';

const [run, name, scenes] = process.argv.slice(2);
if (run === undefined || !/^[a-z0-9-]+\/[a-z0-9-]+$/.test(name ?? '')) {
  throw new Error(
    'usage: node tools/pack-weights.mjs RUN NAME [DATA], for instance runs/x/2026-01-31T12-00-00 gmsr-net/cave-clean',
  );
}
const read = (file) => readFileSync(join(run, file));
const readJson = (file) => JSON.parse(read(file).toString('utf8'));
if (!existsSync(join(run, 'scores.json')))
  throw new Error(`${run} is no finished run: it has no scores.json`);

// A run whose settings were changed on its way has no identity; its notes say what was changed.
const { identity, files } = existsSync(join(run, 'finished.json'))
  ? readJson('finished.json')
  : { identity: null, files: {} };
const trained = read('weights.safetensors');
// All cards lie in packages/weights, the bytes of larger networks in a package of their own.
const LARGE = 1e6;
const isLarge = trained.length > LARGE;
if (isLarge && scenes === undefined) {
  throw new Error(
    `${name} is stored at half precision: name the folder of the scenes, on which what is stored is scored`,
  );
}
const folderOf = (holder) => join(root, 'packages', holder, 'weights', name);
const file = `${folderOf(isLarge ? 'weights-large' : 'weights')}.safetensors`;
const bytes = isLarge ? await halfPrecision(trained) : trained;
const sha256 = createHash('sha256').update(bytes).digest('hex');
for (const [file, sum] of Object.entries(files)) {
  if (createHash('sha256').update(read(file)).digest('hex') !== sum) {
    throw new Error(`${join(run, file)} was changed after the run ended`);
  }
}
const metadata = JSON.parse(
  trained.subarray(8, 8 + Number(trained.readBigUInt64LE(0))).toString('utf8'),
).__metadata__;
const { summary, models } = readJson('scores.json');
const experimentName = `pretrained/${name.replace('/', '-')}`;
const experiment = parse(read('experiment.yaml').toString('utf8'));
const [asTrained, baseline] = models;
if (baseline === undefined)
  throw new Error(`${run} has no baseline to compare with; add 'baselines' to the experiment`);
const ours = isLarge ? scoresOf(bytes) : asTrained;
if (summary.environment.commit === null || summary.environment.commit.endsWith('+changes')) {
  process.stderr.write(`note: the run was made by the commit ${summary.environment.commit}\n`);
}
const minutes = Math.round(summary.trainingSeconds / 60);

const card = {
  name,
  title: summary.title,
  model: ours.model,
  parameters: ours.parameters,
  bytes: bytes.length,
  sha256,
  input: metadata['prismamba.rgb'],
  rgb: summary.rgb,
  training: {
    experiment: experimentName,
    command: summary.command.trim(),
    identity,
    commit: summary.environment.commit,
    // Where the folder lay on the machine that trained says nothing to anybody else.
    data: summary.data.replace(/ in \S*\/(\S+?),/, ' in $1,'),
    split: {
      train: summary.split.train,
      validation: summary.split.validation ?? [],
      test: summary.split.test,
    },
    patches: summary.patches,
    batchSize: summary.batchSize,
    loss: summary.loss,
    step: summary.steps,
    plannedSteps: Number.parseInt(experiment.training.duration, 10),
    selection: summary.weights,
    seed: summary.seed,
    backend: `${summary.environment.backend.name}, ${summary.environment.backend.threads} thread(s)`,
    minutes,
    notes: [...summary.notes, ...(isLarge ? ['stored at half precision, and scored so'] : [])],
  },
  evaluation: {
    prediction: summary.prediction,
    mean: ours.mean,
    scenes: ours.scenes.map(({ scene, scores }) => ({ scene, scores })),
    baseline: { title: baseline.title, mean: baseline.mean },
  },
};
const cardFile = `${folderOf('weights')}.json`;
for (const path of [file, cardFile]) mkdirSync(dirname(path), { recursive: true });
writeFileSync(file, bytes);
writeFileSync(cardFile, `${JSON.stringify(card, null, 2)}\n`);
process.stdout.write(`written: ${file} (${bytes.length} bytes), ${cardFile}\n`);

async function halfPrecision(whole) {
  const { readSafetensors, writeSafetensors } = await import('@prismamba/formats');
  const { tensors, metadata } = readSafetensors(whole);
  const halves = [...tensors].map(([key, tensor]) => [key, { ...tensor, dtype: 'float16' }]);
  return writeSafetensors(new Map(halves), metadata);
}

/** What weights score on the test scenes of their experiment; nothing of the packages is touched before that. */
function scoresOf(stored) {
  const scratch = mkdtempSync(join(tmpdir(), 'pack-weights-'));
  try {
    const weights = join(scratch, 'weights.safetensors');
    writeFileSync(weights, stored);
    const program = join(root, 'apps/experiments/dist/cli.js');
    const where = ['--data', scenes, '--split', join(scenes, 'split.json')];
    const scored = spawnSync(
      process.execPath,
      [program, 'evaluate', experimentName, '--weights', weights, ...where, '--json'],
      { encoding: 'utf8', maxBuffer: 1e8, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    if (scored.status !== 0) throw new Error(`prismamba evaluate ended with ${scored.status}`);
    return JSON.parse(scored.stdout).models[0];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
