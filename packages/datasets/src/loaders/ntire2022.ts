import { ntire2022Names } from '../splits/arad-names.js';
import { findArad, type AradFormat, type AradOptions } from './arad.js';
import { defineDataset } from './dataset-definition.js';

const format: AradFormat = {
  name: 'ntire2022',
  title: 'NTIRE 2022 (ARAD_1K)',
  example: 'ARAD_1K_0001.mat',
  cubeFile: /^(ARAD_1K_\d+).*\.mat$/i,
  rgbFile: /^(ARAD_1K_\d+)\.jpe?g$/i,
  rgbName: (id) => `${id}.jpg`,
};

/**
 * NTIRE 2022 challenge (B. Arad et al., CVPRW 2022), ARAD_1K: `ARAD_1K_0001.mat` (v7.3 = HDF5) with `cube`, stored as
 * [31, 512, 482] and shown as MATLAB does, [482, 512, 31], 400-700 nm in 10 nm steps, in [0, 1]; `ARAD_1K_0001.jpg`
 * is its RGB image. A region is read as a hyperslab, never the whole file.
 *
 * MST++ trains and tests on RGB stretched to [0, 1] image by image: `rgbNormalisation: 'min-max'`.
 *
 * Licence: none was found for the data; access by registration (CodaLab).
 * Given out were 900 training and 50 validation cubes, and 1,000 images.
 */
export const ntire2022 = defineDataset({
  name: 'ntire2022',
  title: 'NTIRE 2022',
  looksLike: 'ARAD_1K_*.mat',
  recognise: ({ files }) => files.some((name) => format.cubeFile.test(name)),
  find: (root: string) => findArad<AradOptions>(root, () => format, [{ track: '', format }]),
  expected: {
    cubes: [
      { what: 'training cubes', names: ntire2022Names.training },
      { what: 'validation cubes', names: ntire2022Names.validation },
    ],
    images: [
      { what: 'training images', names: ntire2022Names.training },
      { what: 'validation images', names: ntire2022Names.validation },
      { what: 'test images', names: ntire2022Names.test },
    ],
  },
  options: ['rgbNormalisation', 'normFactor'],
  hasRgb: true,
});
