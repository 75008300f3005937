import type { Protocol } from './protocol.js';

export const ntire2022: Protocol = {
  name: 'ntire2022',
  title: 'NTIRE 2022 spectral recovery challenge: the centre [128:-128, 128:-128] only',
  source: "Arad et al., NTIRE 2022 (CVPRW 2022) and the organisers' published utilities",
  crop: 128,
  clip: null,
  darkThreshold: null,
  columns: [
    { key: 'MRAE', metric: 'mrae', options: { convention: 'none' } },
    { key: 'RMSE', metric: 'rmse' },
    { key: 'PSNR', metric: 'psnr', options: { peak: 1 } },
    { key: 'SAM', metric: 'sam', options: { unit: 'radians' } },
  ],
  aggregation: 'mean-over-scenes',
  notes: [
    'The challenge ranked by MRAE; a 482 x 512 image is scored on its central 226 x 256 pixels.',
    'SAM is in radians here. Peak 1 for PSNR is our assumption: the cubes are in [0, 1].',
  ],
};
