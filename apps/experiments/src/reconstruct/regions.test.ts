import { describe, expect, it } from 'vitest';
import { checkRegion, parseRegion, regionName } from './regions.js';
import { SpectraSink } from './spectra-sink.js';

describe('regions of --at', () => {
  it.each([
    ['3,4', { x: 3, y: 4, width: 1, height: 1 }],
    ['3,4,5,6', { x: 3, y: 4, width: 5, height: 6 }],
  ])('%s', (text, region) => {
    expect(parseRegion(text)).toEqual(region);
    expect(regionName(region)).toBe(text);
  });

  it.each(['', '1', '1,2,3', '1,2,0,4', '-1,2', '1.5,2', 'a,b', '1,2,3,4,5'])(
    "'%s' is refused with what is wanted",
    (text) => {
      expect(() => parseRegion(text)).toThrow(/--at .*: wanted x,y of a pixel or x,y,width,height/);
    },
  );

  it('a region that leaves the image is refused', () => {
    const image = { width: 10, height: 5 };
    expect(() => checkRegion(parseRegion('9,4'), image)).not.toThrow();
    expect(() => checkRegion(parseRegion('8,0,3,1'), image)).toThrow(
      '--at 8,0,3,1: leaves the image of 10 x 5 pixels (width x height); x goes from 0 to 9, y from 0 to 4',
    );
  });
});

it('mean and deviation of a region do not depend on how the rows are cut into blocks', async () => {
  const [width, height, bands] = [4, 6, 2];
  const cube = Float32Array.from({ length: width * height * bands }, (_, i) => (i * 7) % 13);
  const region = parseRegion('1,1,2,4');
  const pixels: number[][] = [];
  for (let y = 1; y < 5; y++) {
    for (let x = 1; x < 3; x++) pixels.push([0, 1].map((band) => cube[(y * width + x) * bands + band]!));
  }
  const mean = [0, 1].map((band) => pixels.reduce((sum, pixel) => sum + pixel[band]!, 0) / 8);
  const deviation = [0, 1].map((band) =>
    Math.sqrt(pixels.reduce((sum, pixel) => sum + (pixel[band]! - mean[band]!) ** 2, 0) / 8),
  );
  for (const rows of [1, 2, 4, 6]) {
    const none = { begin() {}, writeRows() {}, end() {}, abort() {} };
    const sink = new SpectraSink([region], none);
    await sink.begin({ width, height, bands });
    for (let row = 0; row < height; row += rows) {
      const count = Math.min(rows, height - row);
      await sink.writeRows(row, count, cube.subarray(row * width * bands, (row + count) * width * bands));
    }
    const [spectrum] = sink.spectra();
    expect(spectrum!.pixels).toBe(8);
    spectrum!.mean.forEach((value, band) => expect(value).toBeCloseTo(mean[band]!, 12));
    spectrum!.deviation.forEach((value, band) => expect(value).toBeCloseTo(deviation[band]!, 12));
  }
});
