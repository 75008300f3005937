import type { Protocol } from './protocol.js';

export const standard: Protocol = {
  name: 'standard',
  title: 'Usual definitions on the whole, unclipped image; reflectance in [0, 1]',
  source:
    'NTIRE challenges (MRAE, RMSE), Kruse 1993 (SAM), Wang 2004 (SSIM), Wald 2002 (ERGAS), CIE 142-2001 (Delta E 2000)',
  crop: 0,
  clip: null,
  darkThreshold: null,
  columns: [
    { key: 'MRAE', metric: 'mrae', options: { convention: 'skip-zeros' } },
    { key: 'RMSE', metric: 'rmse' },
    { key: 'PSNR', metric: 'psnr', options: { peak: 1 } },
    { key: 'SAM', metric: 'sam', options: { unit: 'degrees' } },
    { key: 'SSIM', metric: 'ssim', options: { window: 'gaussian-11', dataRange: 1 } },
    { key: 'ERGAS', metric: 'ergas', options: { scale: 1 } },
    { key: 'DeltaE2000', metric: 'deltaE' },
  ],
  aggregation: 'mean-over-scenes',
  notes: [
    'MRAE has no epsilon; values whose truth is exactly 0, where it is undefined, are left out (our choice).',
    'PSNR and SSIM take 1 as the range: cubes in another unit need a protocol with their own peak.',
    'DeltaE2000 takes the spectra as reflectance under D65; it is left out where the truth has no wavelengths.',
  ],
};
