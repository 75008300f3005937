import type { SceneSource } from '../scene.js';
import { aradScenes, type AradFormat, type AradOptions } from './arad.js';

/** The two tracks of the challenge: RGB without noise, or as a camera would give it. */
export type Ntire2020Track = 'clean' | 'real-world';

/** Options of {@link ntire2020Scenes}. */
export interface Ntire2020Options extends AradOptions {
  /** Which RGB files: `_clean.png` (default) or `_RealWorld.jpg`. */
  readonly track?: Ntire2020Track;
}

/** File names of a track. */
export function ntire2020Format(track: Ntire2020Track = 'clean'): AradFormat {
  return {
    name: 'ntire2020',
    title: `NTIRE 2020 (ARAD_HS), track ${track}`,
    cubeFile: /^(ARAD_HS_\d+).*\.mat$/i,
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
 *
 * @param root folder; the files may lie in folders inside it
 * @throws DatasetError naming scene and file
 */
export function ntire2020Scenes(root: string, options: Ntire2020Options = {}): Promise<SceneSource> {
  return aradScenes(root, ntire2020Format(options.track), options);
}
