import { free, registerLayer, singleInput } from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { ROOT_POLYNOMIAL_TERMS, type RootPolynomialDegree } from './root-polynomial.js';
import { rootPolynomialOnnx } from './root-polynomial.onnx.js';

export interface RootPolynomialConfig {
  readonly name?: string;
  readonly degree: RootPolynomialDegree;
}

/** RGB [B, H, W, 3] to root-polynomial terms [B, H, W, T], T = 3, 6 or 13 for degree 1, 2 or 3. No weights. */
export class RootPolynomial extends tfl.layers.Layer {
  static readonly className = 'RootPolynomial';
  private readonly degree: RootPolynomialDegree;

  constructor(config: RootPolynomialConfig) {
    super(config);
    this.degree = config.degree;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = tf.relu(singleInput(inputs));
      const channels = tf.split(x, 3, -1); // 3 x [B, H, W, 1]
      const terms = ROOT_POLYNOMIAL_TERMS[this.degree].map((exponents) => {
        const factors = exponents.flatMap((e, c) =>
          e === 0 ? [] : [e === 1 ? channels[c]! : tf.pow(channels[c]!, e)],
        );
        return factors.reduce((a, b) => tf.mul(a, b));
      });
      return tf.concat(terms, -1); // [B, H, W, T]
    });
  }

  override computeOutputShape(inputShape: tfl.Shape): tfl.Shape {
    return [...inputShape.slice(0, -1), ROOT_POLYNOMIAL_TERMS[this.degree].length];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), degree: this.degree };
  }
}
registerLayer(RootPolynomial, { cost: free, onnx: rootPolynomialOnnx });
