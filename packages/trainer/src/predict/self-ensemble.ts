import { onArrays } from './on-arrays.js';
import {
  PredictionError,
  type AnyPredictor,
  type ArrayPredictor,
  type NetworkAnswer,
  type RgbImage,
} from './predictor.js';

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

function checkCount(caller: string, count: number, allowed: readonly number[]): void {
  if (allowed.includes(count)) return;
  throw new PredictionError(
    `${caller}: symmetryCount is ${String(count)}, but must be ${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1)}.`,
  );
}

/** The network's answers to the turned image one after another, each with the pixels of the image that its own are. */
async function visitAnswers(
  predictor: AnyPredictor,
  used: readonly Symmetry[],
  { data: rgb, height, width }: RgbImage,
  visit: (answer: NetworkAnswer, places: Uint32Array) => void,
): Promise<void> {
  const network = onArrays(predictor);
  for (const symmetry of used) {
    const places = turned(symmetry, height, width);
    const input = new Float32Array(rgb.length);
    for (let to = 0; to < places.length; to++)
      for (let c = 0; c < 3; c++) input[to * 3 + c] = rgb[places[to]! * 3 + c]!;
    const [rows, columns] = symmetry.transpose ? [width, height] : [height, width];
    visit(await network.predictArray(input, rows, columns), places);
  }
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
  checkCount('selfEnsemble', symmetryCount, [1, 2, 4, 8]);
  const used = symmetries.slice(0, symmetryCount);
  return {
    async predictArray(rgb, height, width) {
      let sum = new Float32Array(0);
      let bands = 0;
      await visitAnswers(predictor, used, { data: rgb, height, width }, (answer, places) => {
        if (bands === 0) {
          bands = answer.bands;
          sum = new Float32Array(answer.data.length);
        }
        for (let from = 0; from < places.length; from++)
          for (let b = 0; b < bands; b++) sum[places[from]! * bands + b]! += answer.data[from * bands + b]!;
      });
      for (let i = 0; i < sum.length; i++) sum[i]! *= 1 / used.length;
      return { data: sum, bands };
    },
  };
}

/**
 * The self-ensemble with its spread: 2 bands channels, the mean of {@link selfEnsemble} first, then the standard deviation of the
 * answers around it. Tiles and sinks treat both alike. Sums in float64.
 */
export function selfEnsembleSpread(predictor: AnyPredictor, symmetryCount: 2 | 4 | 8 = 8): ArrayPredictor {
  checkCount('selfEnsembleSpread', symmetryCount, [2, 4, 8]);
  const used = symmetries.slice(0, symmetryCount);
  return {
    async predictArray(rgb, height, width) {
      let sums = new Float64Array(0);
      let squares = new Float64Array(0);
      let bands = 0;
      await visitAnswers(predictor, used, { data: rgb, height, width }, (answer, places) => {
        if (bands === 0) {
          bands = answer.bands;
          sums = new Float64Array(answer.data.length);
          squares = new Float64Array(answer.data.length);
        }
        for (let from = 0; from < places.length; from++) {
          for (let b = 0; b < bands; b++) {
            const value = answer.data[from * bands + b]!;
            sums[places[from]! * bands + b]! += value;
            squares[places[from]! * bands + b]! += value * value;
          }
        }
      });
      const data = new Float32Array(2 * sums.length);
      for (let pixel = 0; pixel < height * width; pixel++) {
        for (let b = 0; b < bands; b++) {
          const mean = sums[pixel * bands + b]! / used.length;
          data[2 * pixel * bands + b] = mean;
          data[(2 * pixel + 1) * bands + b] = Math.sqrt(
            Math.max(0, squares[pixel * bands + b]! / used.length - mean * mean),
          );
        }
      }
      return { data, bands: 2 * bands };
    },
  };
}
