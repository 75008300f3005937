import { datasetDefinition, recogniseDataset } from '../loaders/open-dataset.js';
import type { DatasetName, OpenDatasetOptions } from '../loaders/registry.js';
import { planCheck } from './check-items.js';
import { missingParts } from './expected-scenes.js';

/** Where a long task stands. */
export interface TaskProgress {
  readonly done: number;
  readonly total: number;
  /** What was just finished. */
  readonly name: string;
}

/** Options of {@link checkDataset}. */
export interface CheckDatasetOptions {
  /** Default 'auto': by the names of the files. */
  readonly dataset?: DatasetName | 'auto';
  /** How the data set is read. */
  readonly open?: OpenDatasetOptions;
  readonly onProgress?: (progress: TaskProgress) => void;
  /** Stops after the file that is being read. */
  readonly signal?: AbortSignal;
}

/** What {@link checkDataset} found. */
export interface DatasetReport {
  readonly dataset: DatasetName;
  readonly root: string;
  /** Cubes and RGB images that were read. */
  readonly checked: number;
  readonly cubes: number;
  readonly images: number;
  /** Files that cannot be used, with the reason. */
  readonly bad: readonly { readonly name: string; readonly problem: string }[];
  /** Quantiles of the values of all cubes that could be read; undefined where none could. */
  readonly quantiles: readonly { readonly share: number; readonly value: number }[] | undefined;
  /** Files that can be used and are odd. */
  readonly odd: readonly { readonly name: string; readonly remark: string }[];
  /** What a complete copy of the data set has and this one has not. */
  readonly missing: readonly string[];
}

/**
 * Reads every cube and RGB image of a data set and validates it; goes on after bad files.
 *
 * @throws DatasetError where the folder holds no data set at all
 */
export async function checkDataset(root: string, options: CheckDatasetOptions = {}): Promise<DatasetReport> {
  const { dataset: wanted = 'auto', onProgress, signal } = options;
  const dataset = wanted === 'auto' ? await recogniseDataset(root) : wanted;
  const { items, cubes, images } = await planCheck(dataset, root, options.open ?? {});
  const bad: { name: string; problem: string }[] = [];
  const odd: { name: string; remark: string }[] = [];
  const samples: Float32Array[] = [];
  let done = 0;
  for (const { name, check } of items) {
    signal?.throwIfAborted();
    try {
      const { odd: remarks, sample } = await check();
      for (const remark of remarks) odd.push({ name, remark });
      if (sample !== undefined) samples.push(sample);
    } catch (error) {
      bad.push({ name, problem: error instanceof Error ? error.message : String(error) });
    }
    onProgress?.({ done: ++done, total: items.length, name });
  }
  return {
    dataset,
    root,
    checked: items.length,
    cubes: cubes.size,
    images: items.length - cubes.size,
    quantiles: quantilesOf(samples),
    bad,
    odd,
    missing: missingParts(datasetDefinition(dataset).expected, cubes, images),
  };
}

/** Shares whose quantiles are reported: extremes of single pixels do not hide where most values are. */
const shares = [0.001, 0.01, 0.25, 0.5, 0.75, 0.99, 0.999];

function quantilesOf(samples: readonly Float32Array[]): DatasetReport['quantiles'] {
  if (samples.length === 0) return undefined;
  const all = new Float32Array(samples.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const sample of samples) {
    all.set(sample, filled);
    filled += sample.length;
  }
  all.sort();
  return shares.map((share) => ({ share, value: all[Math.round(share * (all.length - 1))]! }));
}
