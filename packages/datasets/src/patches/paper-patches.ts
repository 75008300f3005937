import type { Augmentation } from './augmentation.js';
import type { PatchGrid } from './patch-grid.js';

/** Patch settings of a paper. */
export interface PaperPatches {
  readonly grid: PatchGrid;
  readonly augment: Augmentation;
  readonly batchSize: number;
  /** What was not published. */
  readonly notes: readonly string[];
}

/**
 * Patch settings of the papers; all follow the `'drop'` convention. Published counts that they reproduce:
 *
 * | setting | images | a patch grid of | patches |
 * |---|---|---|---|
 * | `gmsr`, NTIRE2020 | 450 of 482 x 512 | 6 x 7 = 42 | 18,900 |
 * | `gmsr`, CAVE | 28 of 512 x 512 | 7 x 7 = 49 | 1,372 |
 * | `gmsr`, Harvard | 43 of 1040 x 1392 | 15 x 20 = 300 | 12,900 |
 * | `mst-plus-plus`, NTIRE2022 | 482 x 512 | 45 x 49 | 2,205 an image |
 * | `agd-net`, CAVE | 20 of 512 x 512 | 4 x 4 = 16 | 320 |
 * | `agd-net-ntire2020` | 482 x 512, rows overlap by 10 | 4 x 4 | 16 an image |
 */
export const paperPatches = {
  gmsr: { grid: { size: 128, stride: 64 }, augment: 'none', batchSize: 20, notes: [] },
  'mst-plus-plus': { grid: { size: 128, stride: 8 }, augment: 'rotate-flip', batchSize: 20, notes: [] },
  'agd-net': { grid: { size: 128, stride: 128 }, augment: 'rotate-flip', batchSize: 8, notes: [] },
  'agd-net-ntire2020': {
    grid: { size: 128, stride: { row: 118, column: 128 } },
    augment: 'rotate-flip',
    batchSize: 8,
    notes: [],
  },
  m3sr: {
    grid: { size: 128, stride: 64 },
    augment: 'rotate-flip',
    batchSize: 32,
    notes: ['M3SR: 128 x 128 crops are published, their stride is not; 64 is an assumption'],
  },
} as const satisfies Record<string, PaperPatches>;

export type PaperPatchesName = keyof typeof paperPatches;
