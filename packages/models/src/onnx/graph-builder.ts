import type { OnnxNodes, RankedTensor } from '@prismamba/core/layer';
import type { NdArray } from '@prismamba/formats';
import type { OnnxAttribute, OnnxNode } from '@prismamba/formats/internal';

/** A weight under its official name, in the official (PyTorch) layout, which is also ONNX' own. */
export interface OfficialWeight {
  readonly name: string;
  readonly array: NdArray;
}

/**
 * Collects the nodes and initializers of an ONNX graph. Every node has one output, which has the node's name; nodes
 * of a layer are called `<layer>/<operator>`, with `_2`, `_3`, ... where that is taken.
 */
export class GraphBuilder implements OnnxNodes {
  readonly nodes: OnnxNode[] = [];
  readonly initializers = new Map<string, NdArray>();
  /** Where nodes go: the graph, or the body of a scan. */
  private target = this.nodes;
  private readonly taken = new Set<string>();
  private scope = '';

  /** @param weights by our names, `layer/weight`. */
  constructor(
    private readonly weights: ReadonlyMap<string, OfficialWeight>,
    readonly opset = 17,
  ) {}

  /** Nodes from here on belong to this layer. */
  enter(layer: string): void {
    this.scope = layer;
  }

  /** Keeps a name for an input or output of the graph. */
  reserve(name: string): string {
    this.taken.add(name);
    return name;
  }

  /** Adds an operator of the ONNX list (operator set 17) and gives the name of its output. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string {
    const name = this.fresh(`${this.scope}/${opType}`);
    const { axes, ...others } = attributes;
    // Since operator set 18 the axes of a reduction are an input.
    if (this.opset >= 18 && opType.startsWith('Reduce') && Array.isArray(axes)) {
      const given = [...inputs, this.int64(...(axes as number[]))];
      this.target.push({ opType, name, inputs: given, outputs: [name], attributes: others });
    } else {
      // Its last state is asked for by the schema, and read by nobody.
      const outputs = opType === 'LinearAttention' ? [name, this.fresh(`${name}_state`)] : [name];
      this.target.push({ opType, name, inputs: [...inputs], outputs, attributes });
    }
    return name;
  }

  /** Adds an operator whose output is an output of the graph. */
  output(opType: string, input: string, name: string): void {
    this.nodes.push({ opType, name, inputs: [input], outputs: [name] });
  }

  /** Adds a `Split` along an axis into pieces of these sizes. */
  split(input: string, axis: number, sizes: readonly number[]): string[] {
    const outputs = sizes.map(() => this.fresh(`${this.scope}/Split`));
    this.target.push({
      opType: 'Split',
      name: outputs[0]!,
      inputs: [input, this.int64(...sizes)],
      outputs,
      attributes: { axis },
    });
    return outputs;
  }

  scan(
    states: readonly RankedTensor[],
    sequences: readonly RankedTensor[],
    step: Parameters<OnnxNodes['scan']>[2],
  ): string[] {
    const name = this.fresh(`${this.scope}/Scan`);
    const value = ({ name: tensor, rank }: RankedTensor) => ({
      name: tensor,
      dtype: 'float32' as const,
      shape: Array.from({ length: rank }, (_, axis) => `${tensor}[${axis}]`),
    });
    const inner = ({ rank }: RankedTensor, kind: string) => ({ name: this.fresh(`${name}/${kind}`), rank });
    const [before, elements] = [
      states.map((s) => inner(s, 'state')),
      sequences.map((s) => inner(s, 'element')),
    ];
    const outer = this.target;
    const body: OnnxNode[] = [];
    this.target = body;
    const names = (tensors: readonly RankedTensor[]) => tensors.map((tensor) => tensor.name);
    const result = step(names(before), names(elements));
    this.target = outer;
    const after = result.states.map((state, i) => ({ name: state, rank: states[i]!.rank }));
    const last = states.map(() => this.fresh(`${name}/last`));
    const stacked = result.outputs.map(() => this.fresh(`${name}/output`));
    this.target.push({
      opType: 'Scan',
      name,
      inputs: names([...states, ...sequences]),
      outputs: [...last, ...stacked],
      attributes: {
        num_scan_inputs: sequences.length,
        body: {
          name: `${name}/body`,
          nodes: body,
          inputs: [...before, ...elements].map(value),
          outputs: [...after, ...result.outputs].map(value),
        },
      },
    });
    return stacked;
  }

  /** A constant vector of whole numbers (shapes, axes, sizes). */
  int64(...values: number[]): string {
    const name = `int64[${values.join(',')}]`;
    this.initializers.set(name, {
      dtype: 'int64',
      shape: [values.length],
      data: BigInt64Array.from(values, BigInt),
    });
    return name;
  }

  floats(shape: readonly number[], values: readonly number[]): string {
    const name = this.fresh(`${this.scope}/constant`);
    this.initializers.set(name, { dtype: 'float32', shape: [...shape], data: Float32Array.from(values) });
    return name;
  }

  /** A constant number. */
  float(value: number): string {
    const name = `float32(${value})`;
    this.initializers.set(name, { dtype: 'float32', shape: [], data: Float32Array.of(value) });
    return name;
  }

  /** The initializer of our weight `layer/weight`, under its official name. @throws when there is none. */
  weight(ours: string): string {
    const { name, array } = this.official(ours);
    this.initializers.set(name, array);
    return name;
  }

  /** Official shape of our weight `layer/weight`. */
  shapeOf(ours: string): readonly number[] {
    return this.official(ours).array.shape;
  }

  /** Size of a tensor along the axes [start, end), known when the network runs. */
  sizes(tensor: string, start: number, end: number): string {
    return this.node('Shape', [tensor], { start, end });
  }

  private official(ours: string): OfficialWeight {
    const weight = this.weights.get(ours);
    if (weight === undefined) throw new Error(`exportOnnx: the model has no weight '${ours}'`);
    return weight;
  }

  private fresh(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.taken.has(name); i++) name = `${wanted}_${i}`;
    this.taken.add(name);
    return name;
  }
}
