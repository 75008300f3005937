/** A rectangle of pixels; x is the column, y the row, both from 0 at the top left. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a cube is, without its numbers. */
export interface CubeInfo {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  /** nm of each band. */
  readonly wavelengths: readonly number[];
  /** The value that is drawn white. */
  readonly white: number;
  /** What the user should know: assumptions, what was left out. */
  readonly notes: readonly string[];
}

export interface PhotoInfo {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly notes: readonly string[];
}

export interface WeightsInfo {
  readonly name: string;
  /** One line for the choice. */
  readonly title: string;
}

/** What the visitor wants to compute on; `auto` is WebGPU on a graphics processor, else WebAssembly. */
export type ComputeChoice = 'auto' | 'webgpu' | 'wasm';

/** What computes. */
export interface Compute {
  readonly backend: string;
  readonly threads: number;
  /** Which graphics processor, or why none; why not more threads. */
  readonly remarks: readonly string[];
}

export interface EngineInfo {
  readonly compute: Compute;
  readonly weights: readonly WeightsInfo[];
}

/** Which picture of the cube is wanted. */
export type Layer =
  | { readonly kind: 'photo' }
  | { readonly kind: 'rendering' }
  | { readonly kind: 'band'; readonly band: number }
  | { readonly kind: 'false-colour'; readonly bands: readonly [red: number, green: number, blue: number] }
  | { readonly kind: 'truth'; readonly band: number }
  | { readonly kind: 'error'; readonly band: number }
  | { readonly kind: 'uncertainty'; readonly band: number };

export interface Painting {
  readonly bitmap: ImageBitmap;
  /** The value at the bright end of the scale below the picture; undefined where colours are no scale. */
  readonly white: number | undefined;
}

export interface RegionSpectrum {
  readonly region: Region;
  readonly mean: readonly number[];
  /** Standard deviation over the pixels of the region; zero for one pixel. */
  readonly spread: readonly number[];
  /** Mean half width of the 90 % intervals; undefined where none were made. */
  readonly half: readonly number[] | undefined;
  /** Mean of the truth, where one of the same bands is loaded. */
  readonly truth: readonly number[] | undefined;
}

export interface Score {
  readonly name: string;
  /** Undefined where the metric is not defined for these cubes. */
  readonly value: number | undefined;
  readonly unit: string;
  /** Why there is no value. */
  readonly why?: string;
}

export type CubeFormat = 'npy' | 'mat' | 'envi';

export interface ExportedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Reconstructed {
  readonly cube: CubeInfo;
  readonly seconds: number;
  readonly weights: string;
  /** What computed it. */
  readonly backend: string;
  /** True where every value has an interval. */
  readonly intervals: boolean;
}

/** What the page may ask of the engine: argument and answer of each call. */
export interface Calls {
  start: { argument: { readonly choice: ComputeChoice }; answer: EngineInfo };
  openPhoto: {
    argument: { readonly file: Blob; readonly name: string; readonly largest: number };
    answer: PhotoInfo;
  };
  openScene: {
    argument: { readonly seed: number };
    answer: { readonly photo: PhotoInfo; readonly truth: CubeInfo };
  };
  reconstruct: {
    argument: { readonly weights: string; readonly uncertainty: boolean };
    answer: Reconstructed;
  };
  cancel: { argument: Record<string, never>; answer: null };
  openCube: { argument: { readonly files: readonly File[] }; answer: CubeInfo };
  openTruth: { argument: { readonly files: readonly File[] }; answer: CubeInfo };
  closeTruth: { argument: Record<string, never>; answer: null };
  paint: { argument: Layer; answer: Painting };
  spectra: { argument: readonly Region[]; answer: readonly RegionSpectrum[] };
  scores: { argument: Record<string, never>; answer: readonly Score[] };
  exportCube: { argument: { readonly format: CubeFormat }; answer: readonly ExportedFile[] };
}

export type CallName = keyof Calls;

export type Request = {
  [Name in CallName]: {
    readonly id: number;
    readonly name: Name;
    readonly argument: Calls[Name]['argument'];
  };
}[CallName];

export type Response =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: { readonly message: string; readonly aborted: boolean } }
  | { readonly progress: { readonly done: number; readonly total: number } }
  /** Something else computes from now on. */
  | { readonly compute: Compute };
