import { existsSync, readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { PREVIEW } from './reconstruct-photo.js';
import { UserError } from '../user-error.js';

const ENDINGS = ['.png', '.jpg', '.jpeg', '.tif', '.tiff', '.webp', '.avif'];

/**
 * The photos that arguments name: files as they are (whatever their ending), folders by the images in them, in the order of
 * their names, but for the previews that `reconstruct` wrote there; folders inside are not entered.
 *
 * @throws UserError for a folder without an image
 */
export function photoFiles(paths: readonly string[]): string[] {
  const files = paths.flatMap((path) => {
    if (!existsSync(path) || !statSync(path).isDirectory()) return [path];
    const images = readdirSync(path)
      .filter((name) => ENDINGS.includes(extname(name).toLowerCase()) && !name.endsWith(PREVIEW))
      .sort();
    if (images.length === 0)
      throw new UserError(`'${path}' holds no photo; photos end in ${ENDINGS.join(', ')}`);
    return images.map((name) => join(path, name));
  });
  return [...new Set(files)];
}
