/** Scores by column, for instance `{ PSNR: 33.9, MRAE: 0.15, SAM: 8.1 }`. */
export type Scores = Readonly<Record<string, number>>;

/** What is known about shipped weights; `tools/pack-weights.mjs` writes it from the run that made them. */
export interface PretrainedCard {
  /** Name for `loadPretrained`, for instance `gmsr-net/cave-clean`. */
  readonly name: string;
  readonly title: string;
  /** Registry key of the network. */
  readonly model: string;
  readonly parameters: number;
  /** The npm package that holds the safetensors file. */
  readonly package: string;
  /** Size and SHA-256 of the safetensors file. */
  readonly bytes: number;
  readonly sha256: string;
  /** What the network takes: linear light, sRGB codes, or files as they are stored; always [0, 1]. */
  readonly input: 'linear' | 'srgb' | 'files';
  /** RGB recipe of the training data, for instance `ntire2020-clean`. */
  readonly rgb: string;
  readonly training: {
    /** The shipped experiment, and the command that makes these weights again. */
    readonly experiment: string;
    readonly command: string;
    /**
     * Hash of every setting that decides the run's bits, and of the data that it saw; null where settings were changed on the
     * way (`notes` say which).
     */
    readonly identity: string | null;
    readonly commit: string;
    readonly data: string;
    readonly split: {
      readonly train: readonly string[];
      readonly validation: readonly string[];
      readonly test: readonly string[];
    };
    readonly patches: string;
    readonly batchSize: number;
    readonly loss: string;
    /** Step after which the weights are as they are, and steps of the whole run. */
    readonly step: number;
    readonly plannedSteps: number;
    readonly selection: string;
    readonly seed: number;
    readonly backend: string;
    /** Of training, over all processes of the run; absent where it was not kept. */
    readonly minutes?: number;
    /** What the run said about its data and settings. */
    readonly notes: readonly string[];
  };
  /** On the test scenes: none of them was used in training or selection. */
  readonly evaluation: {
    readonly prediction: string;
    /** Mean scores by protocol, these weights. */
    readonly mean: Readonly<Record<string, Scores>>;
    readonly scenes: readonly { readonly scene: string; readonly scores: Readonly<Record<string, Scores>> }[];
    /** What a closed-form method gives that was fitted on the same training scenes. */
    readonly baseline: { readonly title: string; readonly mean: Readonly<Record<string, Scores>> };
  };
  /** What `tools/measure-limits.mjs` measured of these weights; absent where nobody has. */
  readonly limits?: PretrainedLimits;
}

/** Lowest and highest value. */
type Range = readonly [low: number, high: number];

/** What weights cannot know, in numbers. */
export interface PretrainedLimits {
  /** Of the weights that were measured. */
  readonly sha256: string;
  /** The colours of the training images, by which an image is found to be unlike them. */
  readonly inputs: {
    readonly ranges: Readonly<Record<'red' | 'green' | 'blue' | 'spread', Range>>;
    readonly seen: string;
    readonly newColours: number;
    readonly images: number;
    /** Test scenes that are called unlike the training images. */
    readonly unlikeTestScenes: readonly string[];
  };
  /** Mean scores on the test scenes (protocol standard), as predicted and held to the photo. */
  readonly consistent: { readonly rendering: string; readonly plain: Scores; readonly consistent: Scores };
  /** Intervals from the spread of the self-ensemble, calibrated on the validation scenes at 90 %. */
  readonly uncertainty: {
    readonly symmetries: number;
    /** Half width over the scale of a value, by band. */
    readonly factors: readonly number[];
    /** The part of values inside their interval, on validation and test scenes. */
    readonly validation: number;
    readonly test: number;
    readonly testByBand: readonly number[];
    readonly levels: readonly { readonly level: number; readonly test: number }[];
  };
}
