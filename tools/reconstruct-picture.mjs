// `npm run picture:reconstruct`: makes docs/reconstruct.png, the first picture of the README, with the command that it shows:
// draws a synthetic scene (so that it may be shown, and its spectra are known) as a photo, runs `prismamba reconstruct` on it with the
// shipped weights, and sets what the command wrote beside each other: the photo, the contact sheet of bands, the spectra.
// `npm run picture:reconstruct -- --to FILE` writes another file.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const require = createRequire(join(root, 'apps/experiments/package.json'));
const { default: sharp } = await import(require.resolve('sharp'));
const { formRgb, rgbRecipe, syntheticScenes } = await import('@prismamba/datasets');

const SIZE = 256;
const SEED = 22;
/** Column and row, and the colour that the chart gives the place. */
const PLACES = [
  [224, 40, '#0072b2'],
  [160, 112, '#d55e00'],
  [120, 224, '#009e73'],
  [32, 56, '#cc79a7'],
];

const own = process.argv.slice(2);
const to = own[0] === '--to' ? own[1] : join(root, 'docs', 'reconstruct.png');
const folder = mkdtempSync(join(tmpdir(), 'picture-'));
try {
  const photo = join(folder, 'photo.png');
  await sharp(await photoOf(SEED), { raw: { width: SIZE, height: SIZE, channels: 3 } })
    .png()
    .toFile(photo);
  const places = PLACES.flatMap((place) => ['--at', place.slice(0, 2).join(',')]);
  execFileSync(process.execPath, ['apps/experiments/bin/prismamba.mjs', 'reconstruct', photo, ...places], {
    cwd: root,
    stdio: 'inherit',
  });
  const png = await together(
    photo,
    join(folder, 'photo.preview.png'),
    await sharp(readFileSync(join(folder, 'photo.spectra.svg')), { density: 144 })
      .png()
      .toBuffer(),
  );
  await sharp(png).png({ palette: true, colours: 256 }).toFile(to);
  process.stdout.write(`written: ${to}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A synthetic scene as a camera develops it: sRGB codes, row by row. */
async function photoOf(seed) {
  const source = syntheticScenes({ train: 0, test: 1, height: SIZE, width: SIZE, seed });
  const { cube, height, width, wavelengths } = await source.load(source.scenes[0].id);
  const codes = await formRgb({ data: cube, height, width }, rgbRecipe('srgb'), { wavelengths });
  return Uint8Array.from(codes, (value) => Math.round(255 * value));
}

/** The photo with the places beside the contact sheet, the spectra below, on white. */
async function together(photo, sheet, spectra) {
  const above = await sharp(sheet).metadata();
  const below = await sharp(spectra).resize({ width: 1100 }).toBuffer({ resolveWithObject: true });
  // The sheet's pictures begin below its labels.
  const left = 24;
  const top = 30;
  const width = left + SIZE + above.width;
  const marks = PLACES.map(
    ([x, y, colour]) =>
      `<circle cx="${x}" cy="${y}" r="6" fill="none" stroke="white" stroke-width="5"/><circle cx="${x}" cy="${y}" r="6" fill="none" stroke="${colour}" stroke-width="3"/>`,
  );
  const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${left + SIZE}" height="${top + SIZE}">
    <text x="${left}" y="${top - 10}" font-family="sans-serif" font-size="15">the photo</text>
    <g transform="translate(${left} ${top})">${marks.join('')}</g></svg>`;
  return sharp({
    create: { width, height: above.height + below.info.height, channels: 3, background: 'white' },
  })
    .composite([
      { input: photo, left, top },
      { input: Buffer.from(overlay), left: 0, top: 0 },
      { input: await sharp(sheet).flatten({ background: 'white' }).toBuffer(), left: left + SIZE, top: 0 },
      { input: below.data, left: Math.round((width - below.info.width) / 2), top: above.height },
    ])
    .png()
    .toBuffer();
}
