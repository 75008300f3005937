import { describe, expect, it } from 'vitest';
import { createRandom } from '@prismamba/core';
import { standardWavelengths } from '../spectra/spectral-table.js';
import { demosaicEdgeAware, mosaicRggb } from './bayer.js';
import type { FloatImage } from './rgb-step.js';

const context = () => ({ random: createRandom(0), wavelengths: standardWavelengths });
const image = (values: number[][], channels = 1): FloatImage => ({
  data: Float64Array.from(values.flat()),
  height: values.length,
  width: values[0]!.length / channels,
  channels,
});

describe('Bayer mosaic and edge-aware demosaicing', () => {
  it('takes R, G, G, B of RGGB', async () => {
    const rgb = image(
      [
        [1, 2, 3, 4, 5, 6],
        [7, 8, 9, 10, 11, 12],
      ],
      3,
    );
    expect([...(await mosaicRggb().apply(rgb, context())).data]).toEqual([1, 5, 8, 12]);
  });

  it('gives a constant image back exactly, and a coloured one its colours', async () => {
    const constant = await demosaicEdgeAware().apply(
      image(Array.from({ length: 6 }, () => new Array<number>(6).fill(700))),
      context(),
    );
    expect(new Set(constant.data)).toEqual(new Set([700]));
    const colour = {
      data: Float64Array.from({ length: 8 * 8 * 3 }, (_, i) => [100, 200, 300][i % 3]!),
      height: 8,
      width: 8,
      channels: 3,
    };
    const back = await demosaicEdgeAware().apply(await mosaicRggb().apply(colour, context()), context());
    expect([...back.data]).toEqual([...colour.data]);
  });

  it('interpolates green along an edge, not across it', async () => {
    // a vertical edge between columns 3 and 4: green must follow it without blur
    const rows = Array.from({ length: 8 }, () => [10, 10, 10, 10, 90, 90, 90, 90]);
    const { data } = await demosaicEdgeAware().apply(image(rows), context());
    const green = (row: number, column: number) => data[(row * 8 + column) * 3 + 1];
    for (let row = 1; row < 7; row++) {
      for (let column = 1; column < 7; column++) expect(green(row, column)).toBe(column < 4 ? 10 : 90);
    }
    // bilinear red is blurred there: red sits at even columns, so the green pixel at column 3 has (10 + 90 + 1) >> 1
    expect(data[(2 * 8 + 3) * 3]).toBe(50);
  });

  it('refuses images without neighbours', () => {
    expect(() =>
      demosaicEdgeAware().apply(
        image([
          [1, 2],
          [3, 4],
        ]),
        context(),
      ),
    ).toThrow('2 x 2 pixels, wanted at least 3 x 3');
  });
});
