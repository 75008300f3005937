import type { OnnxNodes } from './layer-onnx.js';

/** Exact GELU, 0.5 x (1 + erf(x / sqrt 2)): ONNX has an operator for it from set 20 on only. */
export function geluNodes(graph: OnnxNodes, x: string): string {
  const erf = graph.node('Erf', [graph.node('Mul', [x, graph.float(Math.SQRT1_2)])]);
  const doubled = graph.node('Mul', [x, graph.node('Add', [erf, graph.float(1)])]);
  return graph.node('Mul', [doubled, graph.float(0.5)]);
}

/** Activations by the name in a layer's configuration. */
export function activationNodes(graph: OnnxNodes, name: string, x: string): string {
  switch (name) {
    case 'linear':
      return x;
    case 'relu':
      return graph.node('Relu', [x]);
    case 'sigmoid':
      return graph.node('Sigmoid', [x]);
    case 'gelu':
      return geluNodes(graph, x);
    default:
      throw new Error(
        `exportOnnx: no ONNX form of the activation '${name}'; wanted linear, relu, sigmoid or gelu`,
      );
  }
}

/** Product over channels with an official linear weight [out, in], as a 1x1 convolution of an NCHW map. */
export function linearNodes(graph: OnnxNodes, x: string, ours: string, bias?: string): string {
  const [out, input] = graph.shapeOf(ours) as [number, number];
  const kernel = graph.node('Reshape', [graph.weight(ours), graph.int64(out, input, 1, 1)]);
  return graph.node('Conv', [x, kernel, ...(bias === undefined ? [] : [graph.weight(bias)])]);
}

/** Depthwise convolution of stride 1 with zero padding; official weight [channels, 1, kh, kw]. */
export function depthwiseNodes(graph: OnnxNodes, x: string, ours: string, bias?: string): string {
  const [channels, , kh, kw] = graph.shapeOf(ours) as [number, number, number, number];
  return graph.node('Conv', [x, graph.weight(ours), ...(bias === undefined ? [] : [graph.weight(bias)])], {
    group: channels,
    pads: samePads(kh, kw),
  });
}

/** Zero padding that keeps the size, for odd kernels and stride 1. */
export function samePads(kh: number, kw: number): number[] {
  return [(kh - 1) / 2, (kw - 1) / 2, (kh - 1) / 2, (kw - 1) / 2];
}

/** x minus its mean over channels. */
export function removeMeanNodes(graph: OnnxNodes, x: string): string {
  return graph.node('Sub', [x, graph.node('ReduceMean', [x], { axes: [1], keepdims: 1 })]);
}

/** [B, C, H, W] as [B, C, HW]. */
export function flattenPositions(graph: OnnxNodes, x: string): string {
  return graph.node('Reshape', [x, graph.int64(0, 0, -1)]);
}

/** PyTorch's default epsilon of a layer normalisation. */
const LAYER_NORM_EPSILON = 1e-5;

/** Layer normalisation over the channels of an NCHW map. */
export function layerNormNodes(
  graph: OnnxNodes,
  x: string,
  gamma: string,
  beta: string,
  epsilon = LAYER_NORM_EPSILON,
): string {
  const last = graph.node('Transpose', [x], { perm: [0, 2, 3, 1] });
  const normal = graph.node('LayerNormalization', [last, graph.weight(gamma), graph.weight(beta)], {
    axis: -1,
    epsilon: { float: epsilon },
  });
  return graph.node('Transpose', [normal], { perm: [0, 3, 1, 2] });
}

/** x sigmoid(x). */
export function siluNodes(graph: OnnxNodes, x: string): string {
  return graph.node('Mul', [x, graph.node('Sigmoid', [x])]);
}
