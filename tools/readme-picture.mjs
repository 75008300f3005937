// `npm run picture`: makes docs/quickstart-report.png, the picture of the README: trains the quickstart for longer than
// `npm start` does (700 steps; a few minutes on two idle cores) and draws the grid of its first test scene at 450 and 650 nm.
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
    'training.duration=700 steps',
    'training.ema={ decay: 0.98 }',
    'report.wavelengths=[450, 650]',
    'baselines=[{ name: polynomial-regression, options: { degree: 3 } }]',
  ].flatMap((text) => ['--set', text]);
  execFileSync(process.execPath, ['tools/start.mjs', ...settings, ...own, '--out', out], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, INIT_CWD: root },
  });
  const run = join(out, 'quickstart', readdirSync(join(out, 'quickstart'))[0]);
  const grid = readdirSync(join(run, 'figures')).find((name) => /^grid-.*\.svg$/.test(name));
  const svg = readFileSync(join(run, 'figures', grid));
  const png = await sharp(svg, { density: 144 }).png({ palette: true, colours: 256 }).toBuffer();
  writeFileSync(to, png);
  const { models } = JSON.parse(readFileSync(join(run, 'scores.json'), 'utf8'));
  for (const { title, mean } of models) console.log(`${title}: PSNR ${mean.standard.PSNR.toFixed(2)} dB`);
  console.log(`written: ${to} (${(png.length / 1024).toFixed(0)} KB)`);
} finally {
  rmSync(out, { recursive: true, force: true });
}
