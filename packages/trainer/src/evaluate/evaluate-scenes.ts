import type { Scene } from '@prismamba/datasets';
import { PredictionError } from '../predict/predictor.js';
import { aggregate, evaluateProtocol, type Protocol, type Scores } from '@prismamba/metrics';

/** Scores of one scene, by protocol and column; no column under a protocol that leaves no pixel of it. */
export interface SceneScores {
  readonly scene: string;
  readonly scores: Readonly<Record<string, Scores>>;
  /** Time of the reconstruction alone. */
  readonly seconds: number;
}

export interface Evaluation {
  readonly scenes: readonly SceneScores[];
  /** Means over the scenes that have scores, by protocol and column; no column where none has. */
  readonly mean: Readonly<Record<string, Scores>>;
  /**
   * Scenes that have no scores under a protocol, because a mask or a threshold left no pixel of them, and scenes whose scores are not
   * finite, so that the means are not: which and why.
   */
  readonly notes: readonly string[];
}

export interface EvaluateScenesOptions {
  readonly ids: readonly string[];
  readonly load: (id: string) => Promise<Scene>;
  /** Row-major [height, width, bands] of the scene's RGB. */
  readonly reconstruct: (scene: Scene) => Float32Array | Promise<Float32Array>;
  /** One protocol or several, by name or as your own variant. */
  readonly protocols: readonly Protocol[];
  /** Sees each reconstruction before it is dropped, for instance to draw it. */
  readonly onScene?: (
    scene: Scene,
    reconstruction: Float32Array,
    scores: SceneScores,
  ) => void | Promise<void>;
  /** Milliseconds; a parameter for tests. */
  readonly clock?: () => number;
}

/** Puts the scene's name before the message of a prediction that failed. */
async function named<T>(id: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof PredictionError)) throw error;
    throw new PredictionError(`scene '${id}': ${error.message}`, { cause: error });
  }
}

/** Reconstructs scenes and scores them against the truth, one scene in memory at a time. */
export async function evaluateScenes(options: EvaluateScenesOptions): Promise<Evaluation> {
  const { ids, load, reconstruct, protocols } = options;
  const clock = options.clock ?? (() => performance.now());
  if (ids.length === 0) throw new RangeError('evaluateScenes: no scenes; name at least one test scene');
  const scenes: SceneScores[] = [];
  const notes: string[] = [];
  for (const id of ids) {
    const scene = await load(id);
    const { height, width, wavelengths } = scene;
    const started = clock();
    const data = await named(id, () => reconstruct(scene));
    const seconds = (clock() - started) / 1000;
    const shape = { height, width, bands: wavelengths.length, wavelengths };
    const scores: Record<string, Scores> = {};
    for (const protocol of protocols) {
      const pair = [
        { ...shape, data: scene.cube },
        { ...shape, data },
      ] as const;
      const own = evaluateProtocol(protocol, ...pair, { mask: scene.mask });
      const reason = reasonOfNone(protocol, scene, data, own);
      scores[protocol.name] = reason === undefined ? own : {};
      notes.push(...[reason ?? notFinite(protocol, scene, own)].filter((note) => note !== undefined));
    }
    const result: SceneScores = { scene: id, scores, seconds };
    scenes.push(result);
    await options.onScene?.(scene, data, result);
  }
  const mean = Object.fromEntries(
    protocols.map(({ name }) => {
      const scored = scenes.map(({ scores }) => scores[name]!).filter((own) => Object.keys(own).length > 0);
      return [name, scored.length === 0 ? {} : aggregate(scored)];
    }),
  );
  return { scenes, mean, notes };
}

/** Why a scene has no number under a protocol: nothing of it is left; undefined where it has numbers, or NaN of its own. */
function reasonOfNone(
  { name, darkThreshold }: Protocol,
  { id, mask }: Scene,
  reconstruction: Float32Array,
  scores: Scores,
): string | undefined {
  const masked = mask !== undefined || darkThreshold !== null;
  if (!masked || !Object.values(scores).every(Number.isNaN) || reconstruction.some(Number.isNaN))
    return undefined;
  const rules = [
    ...(darkThreshold === null ? [] : [`a mean true value of at least ${darkThreshold}`]),
    ...(mask === undefined ? [] : ["a place in the data set's mask"]),
  ];
  return `scene '${id}' has no scores under '${name}': no pixel of it has ${rules.join(' and ')}; it is left out of the mean`;
}

/** Which scores of a scene are no numbers to take a mean of; undefined where all are. */
function notFinite({ name }: Protocol, { id, cube }: Scene, scores: Scores): string | undefined {
  const bad = Object.entries(scores).filter(([, value]) => !Number.isFinite(value));
  if (bad.length === 0) return undefined;
  const black = cube.every((value) => value === 0) ? ': every true value is 0' : '';
  const which = bad.map(([column, value]) => `${column} ${value}`).join(', ');
  return `scene '${id}' has no finite ${which} under '${name}'${black}; nor has the mean`;
}
