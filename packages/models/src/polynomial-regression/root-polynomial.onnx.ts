import type { OnnxForm } from '@prismamba/core/layer';
import { ROOT_POLYNOMIAL_TERMS, type RootPolynomialDegree } from './root-polynomial.js';

export const rootPolynomialOnnx: OnnxForm = ({ graph, config, x }) => {
  const channels = graph.split(graph.node('Relu', [x]), 1, [1, 1, 1]);
  const power = (c: number, e: number) =>
    e === 1 ? channels[c]! : graph.node('Pow', [channels[c]!, graph.float(e)]);
  const terms = ROOT_POLYNOMIAL_TERMS[config['degree'] as RootPolynomialDegree].map((exponents) =>
    exponents
      .flatMap((e, c) => (e === 0 ? [] : [power(c, e)]))
      .reduce((product, factor) => graph.node('Mul', [product, factor])),
  );
  return graph.node('Concat', terms, { axis: 1 });
};
