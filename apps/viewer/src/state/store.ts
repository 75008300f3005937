import { computed, signal } from '@preact/signals';
import type {
  Compute,
  ComputeChoice,
  CubeInfo,
  Layer,
  Painting,
  PhotoInfo,
  Region,
  RegionSpectrum,
  Score,
  WeightsInfo,
} from '../engine/messages.js';

/** A point or region whose spectrum stays in the plot. */
export interface Pin {
  readonly id: number;
  readonly region: Region;
}

export interface Job {
  readonly done: number;
  readonly total: number;
  /** Milliseconds of `performance.now`. */
  readonly startedAt: number;
}

export interface Message {
  readonly kind: 'error' | 'note';
  readonly text: string;
}

/** The picture on the canvas: `scale` screen pixels a pixel, (x, y) the picture's point at the middle. */
export interface Viewport {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export type LayerKind = Layer['kind'];

/** What is shown, as the link to a view holds it. */
export const layerKind = signal<LayerKind>('photo');
/** What is shown left of the divider, to be compared with the layer right of it. */
export const besideKind = signal<LayerKind | undefined>(undefined);
/** Where the divider stands, from 0 (left edge of the frame) to 1. */
export const divider = signal(0.5);
export const band = signal(15);
export const falseColour = signal<readonly [number, number, number]>([21, 14, 5]);
export const pins = signal<readonly Pin[]>([]);
/** Undefined shows the whole picture. */
export const viewport = signal<Viewport | undefined>(undefined);
/** Seed of the scene that was made here; undefined for files. */
export const sceneSeed = signal<number | undefined>(undefined);

/** Whether intervals are wanted, which takes eight times as long. */
export const uncertainty = signal(false);
/** Whether the cube that is shown has them. */
export const hasIntervals = signal(false);

export const weights = signal('gmsr-net/photo');
/** Pixels; larger pictures are made smaller. */
export const largest = signal(4e6);

/** What the visitor wants to compute on, and what does; undefined until the engine has started. */
export const computeChoice = signal<ComputeChoice>('auto');
export const compute = signal<Compute | undefined>(undefined);
/** All that can be chosen. */
export const weightsList = signal<readonly WeightsInfo[]>([]);
export const photo = signal<PhotoInfo | undefined>(undefined);
export const cube = signal<CubeInfo | undefined>(undefined);
export const truth = signal<CubeInfo | undefined>(undefined);
export const scores = signal<readonly Score[]>([]);
/** How the cube was made, for instance `gmsr-net/photo on WebAssembly in 2.1 s`; undefined for opened files. */
export const made = signal<string | undefined>(undefined);

export const painting = signal<Painting | undefined>(undefined);
export const besidePainting = signal<Painting | undefined>(undefined);
export const spectra = signal<readonly RegionSpectrum[]>([]);
export const hover = signal<RegionSpectrum | undefined>(undefined);
export const job = signal<Job | undefined>(undefined);
/** Words for what is being waited for, where there is no count. */
export const busy = signal<string | undefined>(undefined);
export const message = signal<Message | undefined>(undefined);
export const playing = signal(false);

/** What the layers below the picture are of. */
export const size = computed(() => cube.value ?? photo.value);

/** The layers that can be shown now. */
export const layers = computed<readonly LayerKind[]>(() => [
  ...(photo.value === undefined ? [] : (['photo'] as const)),
  ...(cube.value === undefined ? [] : (['rendering', 'band', 'false-colour'] as const)),
  ...(cube.value === undefined || truth.value === undefined ? [] : (['truth', 'error'] as const)),
  ...(cube.value !== undefined && hasIntervals.value ? (['uncertainty'] as const) : []),
]);

/** True for layers of one band. */
export const showsBand = (kind: LayerKind) => !['photo', 'rendering', 'false-colour'].includes(kind);

function layerOf(kind: LayerKind): Layer {
  switch (kind) {
    case 'photo':
    case 'rendering':
      return { kind };
    case 'false-colour':
      return { kind, bands: falseColour.value };
    case 'band':
    case 'truth':
    case 'error':
    case 'uncertainty':
      return { kind, band: band.value };
  }
}

export const layer = computed<Layer>(() => layerOf(layerKind.value));

/** The layer left of the divider; undefined where there is none, or not any more. */
export const besideLayer = computed<Layer | undefined>(() => {
  const { value: kind } = besideKind;
  return kind === undefined || !layers.value.includes(kind) ? undefined : layerOf(kind);
});
