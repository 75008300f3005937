// node tools/pack-weights.mjs RUN NAME: takes the weights of a finished run into packages/weights, with the card that its
// scores say. RUN is a run folder of `prismamba train`, NAME for instance gmsr-net/cave-clean. What people must know beyond
// numbers (limits, licence, what was tried) is written by hand into weights/NAME.md, whose tables a test writes.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { root } from './workspace.mjs';

const [run, name] = process.argv.slice(2);
if (run === undefined || !/^[a-z0-9-]+\/[a-z0-9-]+$/.test(name ?? '')) {
  throw new Error(
    'usage: node tools/pack-weights.mjs RUN NAME, for instance runs/x/2026-01-31T12-00-00 gmsr-net/cave-clean',
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
const bytes = read('weights.safetensors');
const sha256 = createHash('sha256').update(bytes).digest('hex');
for (const [file, sum] of Object.entries(files)) {
  if (createHash('sha256').update(read(file)).digest('hex') !== sum) {
    throw new Error(`${join(run, file)} was changed after the run ended`);
  }
}
const metadata = JSON.parse(
  bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString('utf8'),
).__metadata__;
const { summary, models } = readJson('scores.json');
const experiment = parse(read('experiment.yaml').toString('utf8'));
const [ours, baseline] = models;
if (baseline === undefined)
  throw new Error(`${run} has no baseline to compare with; add 'baselines' to the experiment`);
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
    experiment: `pretrained/${name.replace('/', '-')}`,
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
    notes: summary.notes,
  },
  evaluation: {
    prediction: summary.prediction,
    mean: ours.mean,
    scenes: ours.scenes.map(({ scene, scores }) => ({ scene, scores })),
    baseline: { title: baseline.title, mean: baseline.mean },
  },
};
const target = join(root, 'packages/weights/weights', name);
mkdirSync(dirname(target), { recursive: true });
writeFileSync(`${target}.safetensors`, bytes);
writeFileSync(`${target}.json`, `${JSON.stringify(card, null, 2)}\n`);
process.stdout.write(`written: ${target}.safetensors (${bytes.length} bytes), ${target}.json\n`);
