import { onArrays } from './on-arrays.js';
import {
  checkPositiveInteger,
  PredictionError,
  type AnyPredictor,
  type ArrayPredictor,
} from './predictor.js';

/** Position `i` of an axis that goes on beyond its last position by reflection, without repeating it. */
const reflected = (i: number, extent: number) => (i < extent ? i : 2 * (extent - 1) - i);

/**
 * For networks that need a height and width that are multiples of some number (because they halve them several times):
 * pads the input at the bottom and right by reflection without repeating the border, and cuts the answer back.
 *
 * Inputs that fit are passed on untouched. The padding is our choice where a paper does not say its own.
 * @throws PredictionError when a side is so small that it cannot be reflected far enough
 */
export function padToMultiple(predictor: AnyPredictor, multiple: number): ArrayPredictor {
  checkPositiveInteger('padToMultiple', 'multiple', multiple);
  const network = onArrays(predictor);
  return {
    async predictArray(rgb, height, width) {
      const bottom = (multiple - (height % multiple)) % multiple;
      const right = (multiple - (width % multiple)) % multiple;
      if (bottom === 0 && right === 0) return network.predictArray(rgb, height, width);
      const [rows, columns] = [height + bottom, width + right];
      if (bottom >= height || right >= width) {
        throw new PredictionError(
          `padToMultiple: a ${height} x ${width} image cannot be reflected to ${rows} x ${columns}; ` +
            `the network wants multiples of ${multiple}, so use images or tiles of at least ${Math.ceil((multiple + 1) / 2)} pixels.`,
        );
      }
      const padded = new Float32Array(rows * columns * 3);
      for (let i = 0, to = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          const from = (reflected(i, height) * width + reflected(j, width)) * 3;
          for (let c = 0; c < 3; c++) padded[to++] = rgb[from + c]!;
        }
      }
      const { data, bands } = await network.predictArray(padded, rows, columns);
      const cut = new Float32Array(height * width * bands);
      for (let i = 0; i < height; i++) {
        const start = i * columns * bands;
        cut.set(data.subarray(start, start + width * bands), i * width * bands);
      }
      return { data: cut, bands };
    },
  };
}
