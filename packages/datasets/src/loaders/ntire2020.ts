import { ntire2020Names } from '../splits/arad-names.js';
import { findArad, type AradFormat, type AradOptions } from './arad.js';
import { defineDataset } from './dataset-definition.js';

/** The two tracks of the challenge: RGB without noise, or as a camera would give it. */
export type Ntire2020Track = 'clean' | 'real-world';

/** Options of NTIRE 2020. */
export interface Ntire2020Options extends AradOptions {
  /** Which RGB files: `_clean.png` (default) or `_RealWorld.jpg`. */
  readonly track?: Ntire2020Track;
}

const cubeFile = /^(ARAD_HS_\d+).*\.mat$/i;
const tracks: readonly Ntire2020Track[] = ['clean', 'real-world'];

/** File names of a track. */
function formatOf(track: Ntire2020Track = 'clean'): AradFormat {
  return {
    name: 'ntire2020',
    title: `NTIRE 2020 (ARAD_HS), track ${track}`,
    example: 'ARAD_HS_0001.mat',
    cubeFile,
    rgbFile: track === 'clean' ? /^(ARAD_HS_\d+)_clean\.png$/i : /^(ARAD_HS_\d+)_RealWorld\.jpe?g$/i,
    rgbName: (id) => (track === 'clean' ? `${id}_clean.png` : `${id}_RealWorld.jpg`),
  };
}

/**
 * NTIRE 2020 challenge on spectral reconstruction from RGB (B. Arad et al., CVPRW 2020): `ARAD_HS_0001.mat` with
 * `cube` [482, 512, 31], 400-700 nm in 10 nm steps, and its RGB image. Level 5 and v7.3 files have both been seen: the
 * content decides. From v7.3 files a region is read alone.
 *
 * `cube` is taken as stored, in [0, 1]; the number `norm_factor` beside it is not applied, as in the papers' code,
 * unless the option `normFactor` says so. With `recipe` RGB is formed from the cube and the RGB files are not needed.
 *
 * Licence: none was found for the data; access by registration (CodaLab).
 * Given out were 450 training and 10 validation cubes, images of both and of 10 test scenes a track.
 */
export const ntire2020 = defineDataset({
  name: 'ntire2020',
  title: 'NTIRE 2020',
  looksLike: 'ARAD_HS_*.mat',
  recognise: ({ files }) => files.some((name) => cubeFile.test(name)),
  find: (root: string) =>
    findArad(
      root,
      ({ track }: Ntire2020Options) => formatOf(track),
      tracks.map((track) => ({ track, format: formatOf(track) })),
    ),
  expected: {
    cubes: [
      { what: 'training cubes', names: ntire2020Names.training },
      { what: 'validation cubes', names: ntire2020Names.validation },
    ],
    images: [
      { what: 'training images', names: ntire2020Names.training },
      { what: 'validation images', names: ntire2020Names.validation },
    ],
  },
  options: ['track', 'rgbNormalisation', 'normFactor'],
  hasRgb: true,
});
