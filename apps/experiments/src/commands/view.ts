import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Command } from 'commander';
import { makeFolder } from '@prismamba/formats/node';
import { readingOptions, readingOption } from '../config/reading-options.js';
import { parseRegion } from '../reconstruct/regions.js';
import { withExtension } from '../reconstruct/reconstruct-photo.js';
import { checkWritable } from '../run/check-output.js';
import { interruptible } from '../run/interrupt.js';
import { taskProgress } from '../run/progress.js';
import { usageError } from '../user-error.js';
import { viewCube } from '../view/view-cube.js';
import { collect } from './options.js';

interface ViewOptions {
  readonly out?: string;
  readonly at: readonly string[];
  readonly set: readonly string[];
}

/** The header of an ENVI image that was named by its data file. */
function cubeFile(path: string): string {
  if (!/\.(img|dat|raw|bsq|bil|bip)$/i.test(path)) return path;
  const headers = [withExtension(path, '.hdr'), `${path}.hdr`];
  const found = headers.find((header) => existsSync(header));
  if (found !== undefined) return found;
  throw usageError(
    `${path}: an ENVI image is opened by its header, but neither ${headers.join(' nor ')} is there`,
  );
}

/** `prismamba view`. */
export function viewCommand(): Command {
  return new Command('view')
    .summary('bands, colours and spectra of a cube file')
    .description(
      'Draws any cube file, ours or not: its bands as a contact sheet (NAME.bands.png), the cube in sRGB (NAME.rgb.png), and ' +
        'the spectra of pixels or regions as picture and CSV (NAME.spectra.svg, NAME.spectra.csv). The bands are those of the file.',
    )
    .argument('<cube>', '.npy, .npz, .mat, .h5 or ENVI (.hdr), of any size')
    .option(
      '--at <x,y>',
      'write the spectrum of a pixel, or of a region x,y,width,height; may be repeated',
      collect,
      [],
    )
    .option('--out <folder>', 'where the pictures go (default: beside the cube)')
    .addOption(readingOption())
    .addHelpText(
      'after',
      `
Examples:
  prismamba view photo.npy --at 120,80 --at 200,100,16,16
  prismamba view scene.hdr --out pictures
  prismamba view scene.mat --set key=rad --set wavelengths='[450, 550, 650]'`,
    )
    .action(async (path: string, options: ViewOptions) => {
      const regions = options.at.map(parseRegion);
      const file = cubeFile(path);
      const { key, layout, wavelengths, divisor } = readingOptions(options.set);
      const out = options.out ?? dirname(file);
      checkWritable('--out', existsSync(out) ? join(out, basename(file)) : out);
      makeFolder(out);
      const progress = taskProgress('reading');
      const reading = Object.fromEntries(
        Object.entries({ key, layout, wavelengths, divisor }).filter(([, value]) => value !== undefined),
      );
      const text = await interruptible(
        (signal) =>
          viewCube({ file, out, reading, regions }, (done, total) => progress.update(done, total), signal),
        'interrupted; nothing was written',
      ).finally(() => progress.stop());
      process.stdout.write(text);
    });
}
