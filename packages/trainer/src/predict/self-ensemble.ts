import { onArrays } from './on-arrays.js';
import { PredictionError, type AnyPredictor, type ArrayPredictor } from './predictor.js';

/** Rows, columns, and the two exchanged: the eight symmetries of the square as three yes/no choices. */
const symmetries = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => ({
  flipRows: (bits & 1) !== 0,
  flipColumns: (bits & 2) !== 0,
  transpose: (bits & 4) !== 0,
}));

type Symmetry = (typeof symmetries)[number];

/**
 * For every pixel of the turned image, flipped and then transposed, the pixel of the image [height, width] that it is.
 */
function turned({ flipRows, flipColumns, transpose }: Symmetry, height: number, width: number): Uint32Array {
  const places = new Uint32Array(height * width);
  const [rows, columns] = transpose ? [width, height] : [height, width];
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) {
      const [row, column] = transpose ? [j, i] : [i, j];
      places[at] = (flipRows ? height - 1 - row : row) * width + (flipColumns ? width - 1 - column : column);
    }
  }
  return places;
}

/**
 * Geometric self-ensemble ("x8"): the mean of the network's answers to the eight flips and transpositions of its input,
 * each turned back, f8(x) = (1/8) sum_s s^-1( f( s(x) ) ).
 *
 * Source: Lim et al., EDSR (CVPRW 2017), section 4. The result is a predictor again: it works on whole images and on
 * tiles. `symmetryCount` 1, 2 (rows), 4 (rows and columns) or 8. Eight calls one after another, batch of 1 each, so
 * networks with statistics over the batch are not mixed; non-square inputs come in both orientations. Sums in float32.
 */
export function selfEnsemble(predictor: AnyPredictor, symmetryCount: 1 | 2 | 4 | 8 = 8): ArrayPredictor {
  if (![1, 2, 4, 8].includes(symmetryCount)) {
    throw new PredictionError(
      `selfEnsemble: symmetryCount is ${String(symmetryCount)}, but must be 1, 2, 4 or 8.`,
    );
  }
  const network = onArrays(predictor);
  const used = symmetries.slice(0, symmetryCount);
  return {
    async predictArray(rgb, height, width) {
      let sum = new Float32Array(0);
      let bands = 0;
      for (const symmetry of used) {
        const places = turned(symmetry, height, width);
        const input = new Float32Array(rgb.length);
        for (let to = 0; to < places.length; to++)
          for (let c = 0; c < 3; c++) input[to * 3 + c] = rgb[places[to]! * 3 + c]!;
        const [rows, columns] = symmetry.transpose ? [width, height] : [height, width];
        const answer = await network.predictArray(input, rows, columns);
        if (bands === 0) {
          bands = answer.bands;
          sum = new Float32Array(answer.data.length);
        }
        for (let from = 0; from < places.length; from++)
          for (let b = 0; b < bands; b++) sum[places[from]! * bands + b]! += answer.data[from * bands + b]!;
      }
      for (let i = 0; i < sum.length; i++) sum[i]! *= 1 / used.length;
      return { data: sum, bands };
    },
  };
}
