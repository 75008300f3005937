import type { Protocol } from './protocol.js';

export const mstOfficial: Protocol = {
  name: 'mst-official',
  title: "MST++'s validation: centre crop, MRAE without epsilon, PSNR on 255 after a clamp",
  source: 'Cai et al., MST++ (CVPRW 2022) and its released validation code',
  crop: 128,
  clip: null,
  darkThreshold: null,
  columns: [
    { key: 'MRAE', metric: 'mrae', options: { convention: 'none' } },
    { key: 'MRAE_custom', metric: 'mrae', options: { convention: 'replace-zeros-1e-8' } },
    { key: 'RMSE', metric: 'rmse' },
    { key: 'PSNR', metric: 'psnr', options: { peak: 'clamp-255' } },
  ],
  aggregation: 'mean-over-scenes',
  notes: [
    'MRAE is Infinity or NaN where the truth is 0; MRAE_custom is their variant for such data (CAVE).',
    'The prediction is made on the whole image; only the metrics look at [128:-128, 128:-128].',
  ],
};
