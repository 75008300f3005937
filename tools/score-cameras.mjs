// node tools/score-cameras.mjs NAME CAMERAS.csv DATA: scores the shipped weights NAME (for photos) on the test scenes as photos of
// cameras that training never saw, at several exposures and with JPEG, beside root-polynomial regression that is fitted on the
// training scenes as photos of that very camera, exposure and compression. Writes weights/NAME.cameras.json, from which the
// card's table is made. Some seconds a condition.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const [name, cameras, data] = process.argv.slice(2);
if (data === undefined)
  throw new Error('usage: node tools/score-cameras.mjs gmsr-net/photo CAMERAS.csv DATA');
const weights = join(root, 'packages/weights/weights', `${name}.safetensors`);
const card = JSON.parse(readFileSync(weights.replace('.safetensors', '.json'), 'utf8'));
const experiment = join(root, 'apps/experiments/experiments', `${card.training.experiment}.yaml`);
const program = join(root, 'apps/experiments/dist/cli.js');
const heldOut = /exclude:\s*\[([^\]]*)\]/
  .exec(readFileSync(experiment, 'utf8'))[1]
  .split(',')
  .map((text) => text.trim());
const conditions = [
  { exposure: 1, jpeg: null },
  { exposure: 0.5, jpeg: null },
  { exposure: 2, jpeg: null },
  { exposure: 1, jpeg: 65 },
];

const scratch = mkdtempSync(join(tmpdir(), 'score-cameras-'));
function prismamba(...args) {
  const run = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    cwd: scratch,
    maxBuffer: 1e8,
  });
  if (run.status !== 0) throw new Error(`prismamba ${args.join(' ')}\n${run.stderr}`);
  return run.stdout;
}
const pick = ({ PSNR, MRAE, SAM }) => ({ PSNR, MRAE, SAM });
const rows = [];
try {
  for (const camera of heldOut) {
    for (const { exposure, jpeg } of conditions) {
      const settings = [
        `data.camera=${cameras}#${camera}`,
        `data.recipe=${JSON.stringify({ exposure_factor: exposure, ...(jpeg === null ? {} : { jpeg_quality: jpeg }) })}`,
        `patches.photo.cameras=${cameras}`,
      ].flatMap((setting) => ['--set', setting]);
      const where = ['--data', data, '--split', join(data, 'split.json'), ...settings];
      const ours = JSON.parse(prismamba('evaluate', experiment, '--weights', weights, ...where, '--json'));
      const out = join(scratch, String(rows.length));
      prismamba(
        'train',
        experiment,
        ...where,
        '--set',
        'model=polynomial-regression',
        '--set',
        'model.options.degree=3',
        '--set',
        'baselines=[]',
        '--out',
        out,
      );
      const [folder] = readdirSync(join(out, card.training.experiment.replace('/', '-')));
      const scores = join(out, card.training.experiment.replace('/', '-'), folder, 'scores.json');
      const regression = JSON.parse(readFileSync(scores, 'utf8'));
      const row = {
        camera,
        exposure,
        jpeg,
        ours: pick(ours.models[0].mean.standard),
        regression: pick(regression.models[0].mean.standard),
      };
      rows.push(row);
      process.stderr.write(
        `${rows.length}/${heldOut.length * conditions.length} ${camera} x${exposure} ${jpeg === null ? 'no JPEG' : `JPEG ${jpeg}`}: ` +
          `MRAE ${row.ours.MRAE.toFixed(3)} (regression ${row.regression.MRAE.toFixed(3)}), ` +
          `PSNR ${row.ours.PSNR.toFixed(2)} (${row.regression.PSNR.toFixed(2)})\n`,
      );
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
writeFileSync(
  weights.replace('.safetensors', '.cameras.json'),
  `${JSON.stringify({ sha256: card.sha256, rows }, null, 2)}\n`,
);
