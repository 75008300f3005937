import * as tfl from '@tensorflow/tfjs-layers';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { INPUT_CHANNELS } from '../bands.js';
import { checkPixelBatch } from '../closed-form/pixel-batch.js';
import { convolution } from '../layers/convolution.js';
import type { ModelDefinition } from '../model-definition.js';
import { assignOfficial, entryVariables } from '../state-dict/model-weights.js';
import {
  polynomialRegressionConfig,
  type PolynomialRegressionConfig,
} from './polynomial-regression.config.js';
import { polynomialRegressionStateDict } from './polynomial-regression.state-dict.js';
import { RootPolynomial } from './root-polynomial.layer.js';
import { ROOT_POLYNOMIAL_TERMS, rootPolynomialTerms } from './root-polynomial.js';

/**
 * Sums F^T F and F^T Y over pixels in float64, a pixel at a time, so that any number of scenes fits.
 * Ridge: (F^T F + lambda tr(F^T F)/T I) W = F^T Y.
 */
class NormalEquations {
  private readonly gram: Float64Array;
  private readonly moments: Float64Array;
  count = 0;

  constructor(
    private readonly terms: number,
    private readonly bands: number,
  ) {
    this.gram = new Float64Array(terms * terms);
    this.moments = new Float64Array(terms * bands);
  }

  add(features: Float64Array, cube: Float32Array, offset: number): void {
    const { terms, bands, gram, moments } = this;
    for (let i = 0; i < terms; i++) {
      const f = features[i]!;
      for (let j = 0; j <= i; j++) gram[i * terms + j]! += f * features[j]!;
      for (let b = 0; b < bands; b++) moments[i * bands + b]! += f * cube[offset + b]!;
    }
    this.count++;
  }

  /** W, [T, bands]. */
  solve(ridge: number): Matrix {
    const { terms, gram } = this;
    const matrix = new Matrix(terms, terms);
    let trace = 0;
    for (let i = 0; i < terms; i++) {
      trace += gram[i * terms + i]!;
      for (let j = 0; j <= i; j++) {
        matrix.set(i, j, gram[i * terms + j]!);
        matrix.set(j, i, gram[i * terms + j]!);
      }
    }
    if (trace === 0)
      throw new Error('fitPixels: polynomial-regression: every pixel is black, nothing can be fitted');
    for (let i = 0; i < terms; i++) matrix.set(i, i, matrix.get(i, i) + (ridge * trace) / terms);
    const cholesky = new CholeskyDecomposition(matrix);
    if (!cholesky.isPositiveDefinite()) {
      throw new Error(
        `fitPixels: polynomial-regression: the normal equations are singular with ridge ${ridge}; take a larger ridge`,
      );
    }
    return cholesky.solve(Matrix.from1DArray(terms, this.bands, this.moments));
  }
}

/**
 * Per-pixel root-polynomial regression: y = W^T phi(rgb), W by ridge regression on the training pixels. It sees
 * no neighbours; every network has to beat it.
 */
export const polynomialRegression: ModelDefinition<PolynomialRegressionConfig> = {
  key: 'polynomial-regression',
  title: 'Polynomial regression',
  paper: {
    title: 'Color Correction Using Root-Polynomial Regression',
    authors: 'G. D. Finlayson, M. Mackiewicz, A. Hurlbert',
    venue: 'IEEE Transactions on Image Processing 24(5), 1460-1470, 2015',
    url: 'https://doi.org/10.1109/TIP.2015.2405336',
  },
  config: polynomialRegressionConfig,
  fit: 'closed-form',
  parameters: 403,
  small: {},
  stateDict: polynomialRegressionStateDict,
  build({ degree, bands }) {
    const rgb = tfl.input({ shape: [null, null, INPUT_CHANNELS], name: 'rgb' });
    const terms = new RootPolynomial({ name: 'terms', degree }).apply(rgb) as tfl.SymbolicTensor;
    const readout = convolution({ name: 'readout', filters: bands, kernelSize: 1 });
    const y = readout.apply(terms) as tfl.SymbolicTensor;
    return tfl.model({ inputs: rgb, outputs: y, name: 'polynomial-regression' });
  },
  async fitPixels(model, options, pixels) {
    const terms = ROOT_POLYNOMIAL_TERMS[options.degree].length;
    const equations = new NormalEquations(terms, options.bands);
    const features = new Float64Array(terms);
    for await (const batch of pixels) {
      checkPixelBatch('polynomial-regression', options.bands, batch);
      for (let p = 0; p < batch.count; p++) {
        const [r, g, b] = [batch.rgb[3 * p]!, batch.rgb[3 * p + 1]!, batch.rgb[3 * p + 2]!];
        rootPolynomialTerms(r, g, b, options.degree, features);
        equations.add(features, batch.cube, p * options.bands);
      }
    }
    if (equations.count === 0)
      throw new Error('fitPixels: polynomial-regression: got no pixels, wanted at least one');
    const solution = equations.solve(options.ridge).transpose(); // [bands, T], as the official convolution
    for (const [entry, variable] of entryVariables(model, polynomialRegressionStateDict(options))) {
      assignOfficial(variable, entry, Float32Array.from(solution.to1DArray()));
    }
  },
};
