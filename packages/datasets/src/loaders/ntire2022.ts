import type { SceneSource } from '../scene.js';
import { aradScenes, type AradFormat, type AradOptions } from './arad.js';

/** Options of {@link ntire2022Scenes}. */
export type Ntire2022Options = AradOptions;

export const ntire2022Format: AradFormat = {
  name: 'ntire2022',
  title: 'NTIRE 2022 (ARAD_1K)',
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
 *
 * @param root folder; the files may lie in folders inside it
 * @throws DatasetError naming scene and file
 */
export function ntire2022Scenes(root: string, options: Ntire2022Options = {}): Promise<SceneSource> {
  return aradScenes(root, ntire2022Format, options);
}
