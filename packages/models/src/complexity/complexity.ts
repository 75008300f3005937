import type { CostKind, Extents, LayerCost } from '@prismamba/core/layer';
import type * as tfl from '@tensorflow/tfjs-layers';
import { sizeOf, type StateEntry } from '../state-dict/state-entry.js';
import { layerComplexity } from './layer-complexity.js';
import { hookedParameters } from './hooked-parameters.js';
import { officialExtras } from './official-extras.js';

/** One application of a layer. */
export interface LayerRow {
  readonly name: string;
  readonly type: string;
  readonly output: Extents;
  /** Parameters of the layer; 0 at a shared layer's second use. */
  readonly parameters: number;
  readonly costs: readonly LayerCost[];
}

export interface ComplexityReport {
  readonly height: number;
  readonly width: number;
  readonly layers: readonly LayerRow[];
  /** Every learnt value once, unused ones included. */
  readonly parameters: number;
  /** Of these, parameters that nothing reads. */
  readonly unusedParameters: number;
  /** Multiply-accumulates by kind. */
  readonly macs: Readonly<Record<CostKind, number>>;
  readonly totalMacs: number;
  /** What a module-hooking profiler (thop) gives: the numbers that papers print. */
  readonly published: { readonly parameters: number; readonly macs: number; readonly note: string };
}

/** Shape at which every symbolic tensor is evaluated, by walking from the outputs to the inputs. */
class ShapeWalk {
  readonly rows: LayerRow[] = [];
  normalised = 0;
  prelu = 0;
  pooled = 0;
  private readonly extents = new Map<number, Extents>();
  private readonly counted = new Set<tfl.layers.Layer>();

  constructor(private readonly input: Extents) {}

  of(tensor: tfl.SymbolicTensor): Extents {
    const known = this.extents.get(tensor.id);
    if (known !== undefined) return known;
    const layer = tensor.sourceLayer;
    const inputs = (tensor.inputs ?? []).map((t) => this.of(t));
    const output =
      inputs.length === 0 ? this.input : this.outputOf(layer, inputs, tensor.outputTensorIndex ?? 0);
    this.extents.set(tensor.id, output);
    if ((tensor.outputTensorIndex ?? 0) > 0) return output; // its first output is the row
    const sources = (tensor.inputs ?? []).flatMap((t) => (t.inputs ?? []).map((source) => this.of(source)));
    const { costs, normalised = 0, prelu = 0, pooled = 0 } = layerComplexity(layer, inputs, output, sources);
    this.normalised += normalised;
    this.prelu += prelu;
    this.pooled += pooled;
    const first = !this.counted.has(layer);
    this.counted.add(layer);
    const parameters = first
      ? layer.trainableWeights.reduce((sum, w) => sum + sizeOf(w.shape as number[]), 0)
      : 0;
    this.rows.push({ name: layer.name, type: layer.getClassName(), output, parameters, costs });
    return output;
  }

  private outputOf(layer: tfl.layers.Layer, inputs: readonly Extents[], index: number): Extents {
    const shapes = inputs.map((extents) => [...extents]);
    const result = layer.computeOutputShape(shapes.length === 1 ? shapes[0]! : shapes);
    return (Array.isArray(result[0]) ? result[index] : result) as number[];
  }
}

/**
 * Cost of one forward pass at a size, counted from the layers themselves.
 *
 * Two truths: the honest count (every product of a weight or of two matrices, scans included: 4N + 2 a channel and step
 * for S6, 3N + 2 for SSD) and the published convention (what a profiler counts that hooks modules: convolutions and
 * linear layers, 4 operations a normalised element, 1 a PReLU element, average pooling; no einsum, no scan, parameters
 * of hooked modules only). MACs, not FLOPs: one multiplication with its addition is 1.
 *
 * @throws when a layer class has no cost rule.
 */
export function complexity(
  model: tfl.LayersModel,
  entries: readonly StateEntry[],
  { height, width }: { readonly height: number; readonly width: number },
): ComplexityReport {
  const walk = new ShapeWalk([1, height, width, 3]);
  for (const output of model.outputs) walk.of(output);
  const macs: Record<CostKind, number> = { convolution: 0, linear: 0, projection: 0, matmul: 0, scan: 0 };
  let hooked = 0;
  for (const row of walk.rows) {
    for (const cost of row.costs) {
      macs[cost.kind] += cost.macs;
      hooked += cost.hooked;
    }
  }
  const extras = officialExtras(model.name, walk.rows, height, width);
  const seen = hooked + 4 * walk.normalised + walk.prelu + walk.pooled;
  const count = (kinds: readonly string[]) =>
    entries.filter((e) => kinds.includes(e.kind)).reduce((sum, e) => sum + sizeOf(e.shape), 0);
  return {
    height,
    width,
    layers: walk.rows,
    parameters: count(['parameter', 'dead']),
    unusedParameters: count(['dead']),
    macs,
    totalMacs: Object.values(macs).reduce((a, b) => a + b, 0),
    published: {
      parameters: hookedParameters(model.name, entries),
      macs: extras.factor * (seen + extras.discarded),
      note: extras.note,
    },
  };
}
