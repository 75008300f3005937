// `npm run picture`: makes docs/quickstart-report.png, the picture of the README: trains the quickstart for longer than
// `npm start` does (2,500 steps; about 12 minutes on an idle core) and draws the grid of a test scene at 450 and 650 nm: of the
// one on which the network's gain over the regression is closest to the mean gain, so that neither is flattered.
// `npm run picture -- --to FILE --set KEY=VALUE ...` makes another one.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const { default: sharp } = await import(
  createRequire(join(root, 'apps/experiments/package.json')).resolve('sharp')
);
const own = process.argv.slice(2);
const to = own[0] === '--to' ? own.splice(0, 2)[1] : join(root, 'docs', 'quickstart-report.png');
const out = mkdtempSync(join(tmpdir(), 'picture-'));
try {
  const settings = [
    'training.duration=2500 steps',
    'training.loss={ l1: 1, mrae: { weight: 0.01, epsilon: 0.02 } }',
    'training.schedule={ name: cosine, learning_rate: 4e-3, warm_up: 50 steps }',
    'training.ema={ decay: 0.995 }',
    'report.scenes=4',
    'report.wavelengths=[450, 650]',
    'baselines=[{ name: polynomial-regression, options: { degree: 3 } }]',
  ].flatMap((text) => ['--set', text]);
  execFileSync(
    process.execPath,
    ['tools/start.mjs', ...settings, ...own, '--set', 'report.html=true', '--out', out],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, INIT_CWD: root },
    },
  );
  const run = join(out, 'quickstart', readdirSync(join(out, 'quickstart'))[0]);
  const { models } = JSON.parse(readFileSync(join(run, 'scores.json'), 'utf8'));
  const scene = typicalScene(models);
  const svg = readFileSync(join(run, 'figures', `grid-${scene}.svg`));
  const png = await sharp(svg, { density: 144 }).png({ palette: true, colours: 256 }).toBuffer();
  writeFileSync(to, png);
  console.log(`scene ${scene}`);
  for (const { title, mean } of models) console.log(`${title}: PSNR ${mean.standard.PSNR.toFixed(2)} dB`);
  console.log(`written: ${to} (${(png.length / 1024).toFixed(0)} KB)`);
} finally {
  rmSync(out, { recursive: true, force: true });
}

/** The scene on which the first model's gain over the second is closest to the mean of the gains. */
function typicalScene([network, regression]) {
  const psnr = (model, i) => model.scenes[i].scores.standard.PSNR;
  const gains = network.scenes.map(({ scene }, i) => ({
    scene,
    gain: psnr(network, i) - psnr(regression, i),
  }));
  const mean = gains.reduce((sum, { gain }) => sum + gain, 0) / gains.length;
  for (const { scene, gain } of gains) console.log(`${scene}: ${gain.toFixed(2)} dB above the regression`);
  return gains.sort((a, b) => Math.abs(a.gain - mean) - Math.abs(b.gain - mean))[0].scene;
}
