import type { Protocol } from './protocol.js';

export const gmsrOfficial: Protocol = {
  name: 'gmsr-official',
  title: "What GMSR-Net's released test script computes (Table I of the paper)",
  source: 'arXiv 2405.07777 and its released test code',
  crop: 0,
  clip: [0, 1],
  darkThreshold: null,
  columns: [
    { key: 'MRAE', metric: 'mrae', options: { convention: 'add-1e-3', denominator: 'reconstruction' } },
    { key: 'RMSE', metric: 'rmse' },
    { key: 'PSNR', metric: 'psnr', options: { peak: 'band-maximum' } },
    { key: 'ASSIM', metric: 'ssim', options: { window: 'uniform-7', dataRange: 'cube-range' } },
    { key: 'SAM_band', metric: 'samBand', options: { unit: 'degrees' } },
  ],
  aggregation: 'mean-over-scenes',
  notes: [
    'MRAE is called with swapped arguments there, so the reconstruction + 0.001 divides; it is in no table.',
    'SAM_band is the angle between band images; the paper prints it as SAM. It is no spectral angle.',
    'The paper predicts in 128 x 128 tiles with shift and flip averaging: use the official tiling with it.',
  ],
};
