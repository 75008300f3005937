import {
  ROOT_POLYNOMIAL_TERMS,
  type RootPolynomialDegree,
} from '../polynomial-regression/root-polynomial.js';
import type { LayerApplication, LayerConverter } from './layer-converter.js';
import { activation, linear, same } from './operators.js';

const pair = (value: unknown): [number, number] => value as [number, number];

/** Padding attributes of a convolution or pooling; TensorFlow's `same` is ONNX' SAME_UPPER. */
function padding(
  config: LayerApplication['config'],
  [kh, kw]: [number, number],
): Record<string, number[] | string> {
  if (config['padding'] === 'valid') return {};
  const unit = pair(config['strides']).every((stride) => stride === 1);
  return unit && kh % 2 === 1 && kw % 2 === 1 ? { pads: same(kh, kw) } : { auto_pad: 'SAME_UPPER' };
}

/** A convolution's operator, bias and activation. */
function convolution(opType: 'Conv' | 'ConvTranspose', weight: string, depthwise = false): LayerConverter {
  return ({ graph, name, config, x }) => {
    const kernel = `${name}/${weight}`;
    const inputs = [x, graph.weight(kernel)];
    if (config['useBias'] === true) inputs.push(graph.weight(`${name}/bias`));
    const y = graph.node(opType, inputs, {
      strides: pair(config['strides']),
      ...(depthwise ? { group: graph.shapeOf(kernel)[0]! } : {}),
      ...padding(config, pair(config['kernelSize'])),
    });
    return activation(graph, config['activation'] as string, y);
  };
}

const elementwise =
  (opType: 'Add' | 'Mul' | 'Sub'): LayerConverter =>
  ({ graph, inputs }) =>
    inputs.reduce((sum, input) => graph.node(opType, [sum, input]));

/** Layers of TensorFlow.js and of ours that are one or two ONNX operators. */
export const basicLayers: Readonly<Record<string, LayerConverter>> = {
  Conv2D: convolution('Conv', 'kernel'),
  DepthwiseConv2D: convolution('Conv', 'depthwise_kernel', true),
  Conv2DTranspose: convolution('ConvTranspose', 'kernel'),
  // On [B, 1, 1, C] and on maps alike: a matrix over channels.
  Dense: ({ graph, name, config, x }) => {
    const bias = config['useBias'] === true ? `${name}/bias` : undefined;
    return activation(graph, config['activation'] as string, linear(graph, x, `${name}/kernel`, bias));
  },
  Add: elementwise('Add'),
  Multiply: elementwise('Mul'),
  Subtract: elementwise('Sub'),
  Concatenate: ({ graph, inputs }) => graph.node('Concat', inputs, { axis: 1 }),
  Activation: ({ graph, config, x }) => activation(graph, config['activation'] as string, x),
  ReLU: ({ graph, x }) => graph.node('Relu', [x]),
  LeakyReLU: ({ graph, config, x }) =>
    graph.node('LeakyRelu', [x], { alpha: { float: config['alpha'] as number } }),
  SharedPrelu: ({ graph, name, x }) => graph.node('PRelu', [x, graph.weight(`${name}/alpha`)]),
  Scale: ({ graph, config, x }) => graph.node('Mul', [x, graph.float(config['factor'] as number)]),
  MaxPooling2D: ({ graph, config, x }) => {
    const pool = pair(config['poolSize']);
    return graph.node('MaxPool', [x], {
      kernel_shape: pool,
      strides: pair(config['strides']),
      ...padding(config, pool),
    });
  },
  BatchNormalization2d: ({ graph, name, config, x }) => {
    const weights = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((w) =>
      graph.weight(`${name}/${w}`),
    );
    return graph.node('BatchNormalization', [x, ...weights], {
      epsilon: { float: config['epsilon'] as number },
    });
  },
  GlobalPool: ({ graph, config, x }) =>
    graph.node(config['mode'] === 'average' ? 'GlobalAveragePool' : 'GlobalMaxPool', [x]),
  // The weights that nothing reads stay behind.
  UnusedWeights: ({ x }) => x,
  ChannelSlice: ({ graph, config, x }) => {
    const [begin, size] = [config['begin'] as number, config['size'] as number];
    return graph.node('Slice', [x, graph.int64(begin), graph.int64(begin + size), graph.int64(1)]);
  },
  SpectralExpansion: ({ graph, x }) => {
    const [r, g, b] = graph.split(x, 1, [1, 1, 1]) as [string, string, string];
    const difference = (p: string, q: string) => graph.node('Abs', [graph.node('Sub', [p, q])]);
    return graph.node('Concat', [r, difference(g, r), g, difference(b, g), b], { axis: 1 });
  },
  RootPolynomial: ({ graph, config, x }) => {
    const channels = graph.split(graph.node('Relu', [x]), 1, [1, 1, 1]);
    const power = (c: number, e: number) =>
      e === 1 ? channels[c]! : graph.node('Pow', [channels[c]!, graph.float(e)]);
    const terms = ROOT_POLYNOMIAL_TERMS[config['degree'] as RootPolynomialDegree].map((exponents) =>
      exponents
        .flatMap((e, c) => (e === 0 ? [] : [power(c, e)]))
        .reduce((product, factor) => graph.node('Mul', [product, factor])),
    );
    return graph.node('Concat', terms, { axis: 1 });
  },
  // The mean spectrum [31] on every pixel: 0 * (one channel of the image) gives the map its size.
  MeanSpectrum: ({ graph, name, x }) => {
    const one = graph.node('Slice', [x, graph.int64(0), graph.int64(1), graph.int64(1)]);
    const zeros = graph.node('Sub', [one, one]);
    const spectrum = graph.node('Reshape', [graph.weight(`${name}/mean`), graph.int64(1, -1, 1, 1)]);
    return graph.node('Add', [zeros, spectrum]);
  },
};
