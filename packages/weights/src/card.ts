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
    readonly minutes: number;
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
}
