import { waveletNames } from '@prismamba/spectral-attention';
import { z } from 'zod';

/** Width of the network: one channel a band. */
export const M3SR_WIDTH = 31;

export const m3srConfig = z
  .strictObject({
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
  .refine((c) => c.spatial || c.frequency || c.spectral, { error: 'at least one branch must stay' });

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
