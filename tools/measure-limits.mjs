// node tools/measure-limits.mjs NAME CAMERAS.csv DATA: measures what the shipped weights NAME cannot know (what colours they saw, how
// wide intervals must be, what `--consistent` changes) on the scenes of their card, with the built command line, and writes
// weights/NAME.limits.json, from which `reconstruct` warns and the card's tables are made. Some minutes.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const [name, cameras, data] = process.argv.slice(2);
if (data === undefined)
  throw new Error('usage: node tools/measure-limits.mjs gmsr-net/photo CAMERAS.csv DATA');
const file = join(root, 'packages/weights/weights', name);
const card = JSON.parse(readFileSync(`${file}.json`, 'utf8'));
// Weights for photos are measured as their card was: with a camera that training never saw.
const photo =
  card.rgb === 'photo'
    ? ['--set', `patches.photo.cameras=${cameras}`, '--set', `data.camera=${cameras}#Canon EOS 5D Mark II`]
    : [];
const program = join(root, 'apps/experiments/dist/cli.js');
const where = ['--data', data, '--split', join(data, 'split.json'), ...photo, '--out', `${file}.limits.json`];
const { status } = spawnSync(process.execPath, [program, 'measure-limits', name, ...where], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
