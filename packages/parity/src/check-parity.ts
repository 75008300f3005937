import { readNpz, type NdArray } from '@prismamba/formats';
import {
  disposeModel,
  loadStateDict,
  readWeightsFile,
  type LoadReport,
  type ModelDefinition,
} from '@prismamba/models';
import { countParameters, entryVariables, readOfficial } from '@prismamba/models/internal';
import { compareGradients, forwardLimit, LIMITS, type GradientComparison } from './compare-gradients.js';
import { compareForward, forward, golden } from './forward.js';
import { formulaWeights, parseWeightsCheck } from './formula-weights.js';
import { measure, relativeError, worst, type ParityMeasure } from './measure.js';
import { compareTaps } from './taps.js';
import { compareTrainingSteps, compareTrainMode } from './training-steps.js';

/** File names of a golden folder that {@link checkParity} reads. */
export const PARITY_FILES = [
  'io.npz',
  'grads.npz',
  'intermediate.npz',
  'weights.pth',
  'weights_check.json',
  'train3.npz',
  'checkpoint_after3.pth',
] as const;

export type ParityFileName = (typeof PARITY_FILES)[number];

/** Contents of a golden folder; only `io.npz` is always there. */
export type ParityFiles = Partial<Record<ParityFileName, Uint8Array>>;

export interface ParityOptions<Config extends object> {
  /** Configuration of the network; the official one unless stated. */
  readonly config?: Config;
  /** Told what is being compared, before it starts. */
  readonly onProgress?: (stage: string) => void;
}

export interface ParityReport {
  readonly model: string;
  readonly passed: boolean;
  readonly parameters: number;
  readonly weights: {
    readonly source: 'weights.pth' | 'formula';
    /** Entries compared with `weights_check.json`. */
    readonly checked: number;
    readonly loaded: LoadReport;
  };
  readonly forward: readonly ParityMeasure[];
  readonly taps: readonly ParityMeasure[];
  /** Golden taps that our network does not show. */
  readonly missingTaps: readonly string[];
  readonly gradients: GradientComparison | undefined;
  /** The parameter gradient nearest to (or furthest beyond) its limit. */
  readonly worstParameterGradient: ParityMeasure | undefined;
  /** Train-mode forward and buffers, training steps, reading the checkpoint after them. */
  readonly training: readonly ParityMeasure[];
  readonly limits: Readonly<Record<keyof typeof LIMITS, number>>;
  /** Parts of the check for which the folder has no file. */
  readonly notCompared: readonly string[];
}

/** The weights of a golden folder: its `weights.pth`, or computed as its `weights_check.json` says. @throws without either. */
export function goldenWeights(definition: ModelDefinition, config: object, files: ParityFiles) {
  const entries = definition.stateDict(config);
  const pth = files['weights.pth'];
  if (pth !== undefined) {
    return {
      source: 'weights.pth' as const,
      checked: 0,
      tensors: readWeightsFile(pth, 'weights.pth').tensors,
    };
  }
  const check = files['weights_check.json'];
  if (check === undefined) {
    throw new Error(
      'checkParity: the folder has neither weights.pth nor weights_check.json: nothing says which weights its numbers ' +
        'belong to',
    );
  }
  const tensors = formulaWeights(entries, parseWeightsCheck(new TextDecoder().decode(check)));
  return { source: 'formula' as const, checked: tensors.size, tensors };
}

/** Integer counters have no formula weights; everything that we keep must be there. */
function loadAll(
  model: ReturnType<ModelDefinition['build']>,
  definition: ModelDefinition,
  config: object,
  tensors: ReadonlyMap<string, NdArray>,
  source: string,
): LoadReport {
  return loadStateDict(model, definition.stateDict(config), tensors, { source });
}

/**
 * Compares a model with a golden folder (format: `golden/README.md`) on the current backend: forward, loss,
 * input gradient, parameter gradients, values inside the network, and where the folder has them the train-mode
 * forward, the first training steps and the checkpoint after them.
 *
 * @throws when a file cannot be read or does not fit the model; numbers beyond the limits only make
 * `passed` false.
 */
export async function checkParity<Config extends object>(
  definition: ModelDefinition<Config>,
  files: ParityFiles,
  options: ParityOptions<Config> = {},
): Promise<ParityReport> {
  const { onProgress = () => undefined } = options;
  const config = options.config ?? definition.config.parse({});
  if (definition.fit !== 'gradient') {
    throw new Error(
      `checkParity: model '${definition.key}' is solved in closed form; it has no golden folder`,
    );
  }
  if (files['io.npz'] === undefined) throw new Error("checkParity: the folder has no 'io.npz'");
  const archive = (name: ParityFileName): Map<string, NdArray> | undefined => {
    const bytes = files[name];
    return bytes === undefined ? undefined : readNpz(bytes, { name });
  };
  const entries = definition.stateDict(config);
  const limit = forwardLimit(definition.key);
  const weights = goldenWeights(definition, config, files);
  const model = definition.build(config, { seed: 0 });
  try {
    const load = () => loadAll(model, definition, config, weights.tensors, weights.source);
    const loaded = load();
    const io = archive('io.npz')!;
    onProgress('forward');
    const forwardMeasures = await compareForward(model, io, limit);
    const intermediate = archive('intermediate.npz');
    if (intermediate !== undefined) onProgress('values inside the network');
    const { taps, missing } =
      intermediate === undefined
        ? { taps: [], missing: [] }
        : await compareTaps(model, definition.taps?.(model, config) ?? [], intermediate, limit);
    const grads = archive('grads.npz');
    if (grads !== undefined) onProgress('gradients');
    const gradients = grads === undefined ? undefined : await compareGradients(model, entries, grads);

    const variables = new Map(
      [...entryVariables(model, entries)].map(([entry, v]) => [entry.official, { entry, v }]),
    );
    const training = await compareTrainMode(model, io, limit, async (official) => {
      const found = variables.get(official);
      return found === undefined ? undefined : readOfficial(found.v, found.entry);
    });
    if (training.length > 0) load();
    const steps = archive('train3.npz');
    if (steps !== undefined && grads !== undefined) {
      onProgress('training steps');
      training.push(...(await compareTrainingSteps(model, grads, steps)));
      const checkpoint = files['checkpoint_after3.pth'];
      if (checkpoint !== undefined) {
        const { tensors } = readWeightsFile(checkpoint, 'checkpoint_after3.pth');
        loadAll(model, definition, config, tensors, 'checkpoint_after3.pth');
        const y = await forward(model, golden(grads, 'x', 'grads.npz'));
        const after = golden(steps, 'y_after', 'train3.npz').data as Float32Array;
        training.push(measure('y of the checkpoint', relativeError(y, after), limit));
      }
    }
    const all = [
      ...forwardMeasures,
      ...taps,
      ...training,
      ...(gradients === undefined
        ? []
        : [gradients.loss, gradients.inputGradient, ...gradients.parameterGradients]),
    ];
    return {
      model: definition.key,
      passed: all.every((m) => m.passed),
      parameters: countParameters(entries),
      weights: { source: weights.source, checked: weights.checked, loaded },
      forward: forwardMeasures,
      taps,
      missingTaps: missing,
      gradients,
      worstParameterGradient: gradients === undefined ? undefined : worst(gradients.parameterGradients),
      training,
      limits: { ...LIMITS, forward: limit },
      notCompared: (['grads.npz', 'intermediate.npz'] as const).filter((name) => files[name] === undefined),
    };
  } finally {
    disposeModel(model);
  }
}
