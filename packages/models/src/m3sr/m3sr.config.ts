import { waveletNames } from '@prismamba/spectral-attention';
import { z } from 'zod';
import { bandsSetting } from '../bands.js';

/** Heads of a scan of width m: its 2 m channels are divided among them. */
export const scanHeads = (m: number): number => Math.ceil(m / 16);

export const m3srConfig = z
  .strictObject({
    /** Bands of the cube, and width of the network at full size: one channel a band; 31 in the paper. */
    bands: bandsSetting,
    /** G: tokens into which the spectral branch divides a pixel (`d_group`); 2, 4, 8 and 16 in the paper's ablation. */
    groups: z.int().min(1).max(64).default(4),
    /**
     * Blocks at each scale of the U-shape, finest first; its length is the number of scales. The decoder uses the
     * counts of the encoder.
     */
    num_blocks: z.array(z.int().min(1)).min(1).max(6).default([1, 1, 1]),
    /** U-shapes in sequence (`stage`). */
    stages: z.int().min(1).default(1),
    /** The three branches; V1 to V3 of the paper's ablation leave one out. */
    spatial: z.boolean().default(true),
    frequency: z.boolean().default(true),
    spectral: z.boolean().default(true),
    /** Wavelet of the frequency branch; the paper studies Haar only. */
    wavelet: z.enum(waveletNames).default('haar'),
    /** The perceptron of the spatial branch: allocated but switched off in the official network. */
    use_mlp: z.boolean().default(false),
  })
  .refine((c) => c.spatial || c.frequency || c.spectral, { error: 'at least one branch must stay' })
  .superRefine(({ bands, num_blocks }, context) => {
    // Widths of the scans: d of the spatial branch at each scale, 4 d (four wavelet bands) of the frequency branch.
    const widths = num_blocks.flatMap((_, level) => [bands * 2 ** level, 4 * bands * 2 ** level]);
    const uneven = widths.find((m) => (2 * m) % scanHeads(m) !== 0);
    if (uneven === undefined) return;
    context.addIssue({
      code: 'custom',
      path: ['bands'],
      message: `a scan of width ${uneven} has ${2 * uneven} channels, which ${scanHeads(uneven)} heads (one a 16 of width) cannot share evenly; 24, 28, 31 and 32 bands can`,
    });
  });

export type M3srConfig = z.infer<typeof m3srConfig>;

/** Rows of the paper's branch ablation. */
export const M3SR_BRANCH_VARIANTS = {
  V1: { spatial: false },
  V2: { frequency: false },
  V3: { spectral: false },
  M3SR: {},
} as const satisfies Record<string, Partial<M3srConfig>>;

/** Height and width are padded to a multiple of this: halved between scales, and once more by the wavelet. */
export function padMultiple(config: M3srConfig): number {
  return 2 ** config.num_blocks.length;
}
