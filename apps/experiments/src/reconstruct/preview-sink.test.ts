import { formRgb, rgbRecipe, standardWavelengths, syntheticScenes } from '@prismamba/datasets';
import { MemorySink } from '@prismamba/trainer';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { PreviewSink } from './preview-sink.js';

it('the colour picture of a cube is what its photo would be: sRGB under D65', async () => {
  const source = syntheticScenes({ train: 0, test: 1, height: 64, width: 64, seed: 4 });
  const { cube, height, width } = await source.load(source.scenes[0]!.id);
  const sink = new PreviewSink(new MemorySink(), standardWavelengths);
  await sink.begin({ height, width, bands: 31 });
  await sink.writeRows(0, height, cube);
  await sink.end();
  const sheet = await sharp(Buffer.from(await sink.png()))
    .raw()
    .toBuffer({ resolveWithObject: true });
  const codes = await formRgb({ data: cube, height, width }, rgbRecipe('srgb'), {
    wavelengths: standardWavelengths,
  });
  // The picture is somewhere in the sheet, below its label: the photo's first row says where.
  const { data, info } = sheet;
  const first = [0, 1, 2].map((c) => Math.round(255 * codes[c]!));
  const matches = (left: number, top: number) => {
    let worst = 0;
    for (let y = 0; y < height; y += 7) {
      for (let x = 0; x < width; x += 5) {
        for (let c = 0; c < 3; c++) {
          const drawn = data[((top + y) * info.width + left + x) * info.channels + c]!;
          worst = Math.max(worst, Math.abs(drawn - 255 * codes[3 * (y * width + x) + c]!));
        }
      }
    }
    return worst <= 1;
  };
  let found = false;
  for (let top = 0; top + height <= info.height && !found; top++) {
    for (let left = 0; left + width <= info.width / 3 && !found; left++) {
      const at = (top * info.width + left) * info.channels;
      found = first.every((value, c) => Math.abs(data[at + c]! - value) <= 1) && matches(left, top);
    }
  }
  expect(found).toBe(true);
});
