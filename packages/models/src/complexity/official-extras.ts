import type { Extents } from '@prismamba/core/layer';

interface Row {
  readonly type: string;
  readonly output: Extents;
  readonly parameters: number;
}

/** What the official code runs and discards, or registers twice, so that the published numbers hold it. */
export interface OfficialExtras {
  /** MACs that the official forward pass spends on results that nobody reads. */
  readonly discarded: number;
  /** Factor by which the profiler's hooks count everything. */
  readonly factor: number;
  readonly note: string;
}

type Rule = (rows: readonly Row[], height: number, width: number) => OfficialExtras;

const rules: Readonly<Record<string, Rule>> = {
  'agd-net': (_, height, width) => ({
    discarded: 3 * 31 * 9 * height * width,
    factor: 4,
    note: 'a last degradation is computed and dropped; every convolution is registered twice, which makes the printed number 4 times the MACs',
  }),
  hrnet: (rows) => ({
    // The gate of each global block: average pooling (one addition an element, one division a channel), three matrices.
    discarded: rows
      .filter((row) => row.type === 'UnusedWeights')
      .reduce(
        (sum, { output, parameters }) => sum + output.reduce((a, b) => a * b, 1) + output[3]! + parameters,
        0,
      ),
    factor: 1,
    note: 'the squeeze-excitation gates run and their product is dropped',
  }),
};

/** Extras of a model's official code; none for most. */
export function officialExtras(
  model: string,
  rows: readonly Row[],
  height: number,
  width: number,
): OfficialExtras {
  return rules[model]?.(rows, height, width) ?? { discarded: 0, factor: 1, note: '' };
}
