/** A node's attribute: a number or list of whole numbers, a real number, a string. */
export type OnnxNodeAttribute = number | readonly number[] | string | { readonly float: number };

/** A tensor and its number of axes. */
export interface RankedTensor {
  readonly name: string;
  readonly rank: number;
}

/** Where a layer's ONNX form adds its nodes (operator set 17 or 27). Tensors go by their names, maps are NCHW. */
export interface OnnxNodes {
  /** The operator set of the file: 17, or 27, which has `LinearAttention`. */
  readonly opset: number;
  /** Adds an operator of the ONNX list and gives the name of its output. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, OnnxNodeAttribute>>,
  ): string;
  /** Adds a `Split` along an axis into pieces of these sizes. */
  split(input: string, axis: number, sizes: readonly number[]): string[];
  /**
   * Adds a `Scan`: `step` makes the next states and the outputs of one step, from the states and one element of each
   * sequence. Sequences run along their first axis, and so do the outputs, whose names it gives; ranks are those of one step.
   */
  scan(
    states: readonly RankedTensor[],
    sequences: readonly RankedTensor[],
    step: (
      states: readonly string[],
      elements: readonly string[],
    ) => { readonly states: readonly string[]; readonly outputs: readonly RankedTensor[] },
  ): string[];
  /** A constant vector of whole numbers (shapes, axes, sizes). */
  int64(...values: number[]): string;
  /** A constant tensor. */
  floats(shape: readonly number[], values: readonly number[]): string;
  /** A constant number. */
  float(value: number): string;
  /** The weight `layer/weight`, in the official (PyTorch) layout, which is also ONNX' own. @throws when there is none. */
  weight(ours: string): string;
  /** Official shape of the weight `layer/weight`. */
  shapeOf(ours: string): readonly number[];
  /** Size of a tensor along the axes [start, end), known when the network runs. */
  sizes(tensor: string, start: number, end: number): string;
}

/** One application of a layer that is to become ONNX nodes. */
export interface LayerApplication {
  readonly graph: OnnxNodes;
  readonly name: string;
  /** What the layer says about itself (`getConfig`). */
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of the input tensors, NCHW; the first one is `x`. */
  readonly inputs: readonly string[];
  readonly x: string;
  /** Shape of the first input, NHWC, null where it is free. */
  readonly inputShape: readonly (number | null)[];
  /** Which output of the layer is wanted; 0 for all layers but those with several. */
  readonly output: number;
}

/** Adds the nodes of one output of a layer and gives the name of that tensor, NCHW. */
export type OnnxForm = (application: LayerApplication) => string;

/** Why a layer has no ONNX form: `<model> has ${what}`, and `${reason}` follows. */
export interface OnnxRefusal {
  readonly what: string;
  readonly reason: string;
}
