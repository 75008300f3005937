import {
  activationNodes,
  elements,
  free,
  hooked,
  linearNodes,
  pixels,
  samePads,
  type LayerApplication,
  type LayerForms,
  type OnnxForm,
} from '@prismamba/core/layer';

const pair = (value: unknown): [number, number] => value as [number, number];

/** Padding attributes of a convolution or pooling; TensorFlow's `same` is ONNX' SAME_UPPER. */
function padding(
  config: LayerApplication['config'],
  [kh, kw]: [number, number],
): Record<string, number[] | string> {
  if (config['padding'] === 'valid') return {};
  const unit = pair(config['strides']).every((stride) => stride === 1);
  return unit && kh % 2 === 1 && kw % 2 === 1 ? { pads: samePads(kh, kw) } : { auto_pad: 'SAME_UPPER' };
}

/** A convolution's operator, bias and activation. */
function convolution(opType: 'Conv' | 'ConvTranspose', weight: string, depthwise = false): OnnxForm {
  return ({ graph, name, config, x }) => {
    const kernel = `${name}/${weight}`;
    const inputs = [x, graph.weight(kernel)];
    if (config['useBias'] === true) inputs.push(graph.weight(`${name}/bias`));
    const y = graph.node(opType, inputs, {
      strides: pair(config['strides']),
      ...(depthwise ? { group: graph.shapeOf(kernel)[0]! } : {}),
      ...padding(config, pair(config['kernelSize'])),
    });
    return activationNodes(graph, config['activation'] as string, y);
  };
}

const elementwise =
  (opType: 'Add' | 'Mul'): OnnxForm =>
  ({ graph, inputs }) =>
    inputs.reduce((sum, input) => graph.node(opType, [sum, input]));

/** What TensorFlow.js's own layers cost and how they are written as ONNX, by class name; ours say it themselves. */
export const tensorflowLayers: Readonly<Record<string, LayerForms>> = {
  // The image itself: the graph's input, not a node.
  InputLayer: { cost: free, onnx: ({ x }) => x },
  Conv2D: {
    cost: ({ weightShape, output }) => ({
      costs: [hooked('convolution', pixels(output) * elements(weightShape('kernel')))],
    }),
    onnx: convolution('Conv', 'kernel'),
  },
  DepthwiseConv2D: {
    cost: ({ weightShape, output }) => {
      const [kh, kw, channels] = weightShape('depthwise_kernel');
      return { costs: [hooked('convolution', pixels(output) * kh! * kw! * channels!)] };
    },
    onnx: convolution('Conv', 'depthwise_kernel', true),
  },
  Conv2DTranspose: {
    cost: ({ weightShape, input, output }) => {
      const taps = elements(weightShape('kernel'));
      return { costs: [{ kind: 'convolution', macs: pixels(input) * taps, hooked: pixels(output) * taps }] };
    },
    onnx: convolution('ConvTranspose', 'kernel'),
  },
  Dense: {
    cost: ({ weightShape, output }) => {
      const [input, units] = weightShape('kernel') as [number, number];
      return { costs: [hooked('linear', (elements(output) / units) * input * units)] };
    },
    // On [B, 1, 1, C] and on maps alike: a matrix over channels.
    onnx: ({ graph, name, config, x }) => {
      const bias = config['useBias'] === true ? `${name}/bias` : undefined;
      const y = linearNodes(graph, x, `${name}/kernel`, bias);
      return activationNodes(graph, config['activation'] as string, y);
    },
  },
  Add: { cost: free, onnx: elementwise('Add') },
  Multiply: { cost: free, onnx: elementwise('Mul') },
  Concatenate: { cost: free, onnx: ({ graph, inputs }) => graph.node('Concat', inputs, { axis: 1 }) },
  Activation: {
    cost: free,
    onnx: ({ graph, config, x }) => activationNodes(graph, config['activation'] as string, x),
  },
  ReLU: { cost: free, onnx: ({ graph, x }) => graph.node('Relu', [x]) },
  LeakyReLU: {
    cost: free,
    onnx: ({ graph, config, x }) =>
      graph.node('LeakyRelu', [x], { alpha: { float: config['alpha'] as number } }),
  },
  MaxPooling2D: {
    cost: free,
    onnx: ({ graph, config, x }) => {
      const pool = pair(config['poolSize']);
      return graph.node('MaxPool', [x], {
        kernel_shape: pool,
        strides: pair(config['strides']),
        ...padding(config, pool),
      });
    },
  },
};
