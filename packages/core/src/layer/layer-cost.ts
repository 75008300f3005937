/** Kinds of multiply-accumulates, as the cost tables list them. */
export type CostKind = 'convolution' | 'linear' | 'projection' | 'matmul' | 'scan';

/** Extents of one sample: [batch, height, width, channels]. */
export type Extents = readonly number[];

export interface LayerCost {
  readonly kind: CostKind;
  readonly macs: number;
  /**
   * What a profiler that hooks modules (thop) counts for it: the same for modules of its list, 0 for tensor operators
   * (einsum, matmul, scans), four times as much for a 2x2 transposed convolution (it multiplies the output's size by
   * the kernel's).
   */
  readonly hooked: number;
}

/** Operations without multiply-accumulates that the profiler counts all the same. */
export interface HookedExtras {
  /** Elements through layer or batch normalisation: 4 operations each. */
  readonly normalised?: number;
  /** Elements through PReLU modules: 1 each. */
  readonly prelu?: number;
  /** Elements read by adaptive average pooling modules, plus one division a result. */
  readonly pooled?: number;
}

export interface LayerComplexity extends HookedExtras {
  readonly costs: readonly LayerCost[];
}

/** One application of a layer whose cost is asked. */
export interface CostedLayer {
  /** What the layer says about itself (`getConfig`). */
  readonly config: Readonly<Record<string, unknown>>;
  /** Shape of the weight of that name. @throws when the layer has none. */
  readonly weightShape: (name: string) => readonly number[];
  /** Shapes of all its weights. */
  readonly weightShapes: readonly (readonly number[])[];
  readonly inputs: readonly Extents[];
  /** The first input. */
  readonly input: Extents;
  readonly output: Extents;
  /** Inputs of the layers that made the inputs. */
  readonly sources: readonly Extents[];
}

/** The cost of one application of a layer. */
export type CostForm = (layer: CostedLayer) => LayerComplexity;

/** Positions of a map [batch, height, width, ...]. */
export const pixels = ([batch, height, width]: Extents): number => batch! * height! * width!;

/** Elements of a tensor. */
export const elements = (extents: Extents): number => extents.reduce((a, b) => a * b, 1);

/** Multiply-accumulates of a module that profilers hook. */
export const hooked = (kind: CostKind, macs: number): LayerCost => ({ kind, macs, hooked: macs });

/** Multiply-accumulates of tensor operators, which profilers do not see. */
export const unseen = (kind: CostKind, macs: number): LayerCost => ({ kind, macs, hooked: 0 });

/** Values of all two-dimensional kernels of a layer: one multiplication a pixel each at stride 1. */
export const kernelTaps = ({ weightShapes }: CostedLayer): number =>
  weightShapes.filter((shape) => shape.length === 4).reduce((sum, shape) => sum + elements(shape), 0);

/** The cost of a layer without multiply-accumulates of weights or matrices (additions, activations, reshaping). */
export const free: CostForm = () => ({ costs: [] });
