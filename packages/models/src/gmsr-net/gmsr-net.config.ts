import { z } from 'zod';
import { bandsSetting } from '../bands.js';

/** Published widths of Table III, by the number n of gradient Mamba blocks (recovered from its parameter counts). */
export const TABLE_III_WIDTHS = {
  1: [31],
  2: [15, 31],
  3: [10, 20, 31],
  4: [8, 16, 24, 31],
  5: [6, 12, 18, 24, 31],
} as const satisfies Record<number, readonly number[]>;

export const gmsrNetConfig = z
  .strictObject({
    /** Channels of each gradient Mamba block; the last is the number of bands. */
    widths: z
      .array(z.int().min(2))
      .min(1)
      .default([...TABLE_III_WIDTHS[3]]),
    /** States of the selective scan (N). */
    d_state: z.int().min(1).max(256).default(16),
    /** Directions in which the scan reads the image: 4 as published, 2 (row-major and its reverse) or 1. */
    directions: z.union([z.literal(1), z.literal(2), z.literal(4)]).default(4),
    /** Probability that a sample skips a VSS block in training. */
    drop_path_rate: z.number().min(0).lt(1).default(0.1),
    /** What mixes tokens; everything but `mamba` is our reading of Table II, whose code was never published. */
    mixer: z.enum(['mamba', 'transformer', 'cnn', 'none']).default('mamba'),
    /** Spatial gradient attention (G_spa). */
    spatial_attention: z.boolean().default(true),
    /** Spectral gradient attention (G_spe). */
    spectral_attention: z.boolean().default(true),
    /** Convolutional block attention (Woo et al. 2018) as a further branch; our reading of Table II. */
    cbam: z.boolean().default(false),
    /** The attentions as the released code computes them, or as the paper prints them. */
    attention: z.enum(['official', 'paper']).default('official'),
    /** Bands of the cube; 31 in the paper. */
    bands: bandsSetting,
  })
  .superRefine(({ widths, bands }, context) => {
    const last = widths[widths.length - 1]!;
    if (last === bands) return;
    const fitting = [...widths.slice(0, -1), bands].join(', ');
    context.addIssue({
      code: 'custom',
      path: ['widths'],
      message: `the last width must be ${bands}, the number of bands: widths [${fitting}], or bands ${last}`,
    });
  })
  .refine((c) => c.mixer !== 'none' || c.spatial_attention || c.spectral_attention || c.cbam, {
    error: 'a block needs a mixer or an attention',
  });

export type GmsrNetConfig = z.infer<typeof gmsrNetConfig>;

/** Rows of Table II (ingredients), in its order. */
export const TABLE_II_VARIANTS = {
  'GMSR-Net': {},
  'Transformer+GG': { mixer: 'transformer' },
  'CNN+GG': { mixer: 'cnn' },
  'Mamba+CBAM': { spatial_attention: false, spectral_attention: false, cbam: true },
  'Mamba+Gspa': { spectral_attention: false },
  'Mamba+Gspe': { spatial_attention: false },
  'Gspa+Gspe': { mixer: 'none' },
  Mamba: { spatial_attention: false, spectral_attention: false },
} as const satisfies Record<string, Partial<GmsrNetConfig>>;

/** Maps that the 1x1 convolution of a block fuses: 3 in the official network. */
export function branchCount(config: GmsrNetConfig): number {
  const branches = [
    config.mixer !== 'none',
    config.spatial_attention,
    config.spectral_attention,
    config.cbam,
  ];
  return branches.filter(Boolean).length;
}
