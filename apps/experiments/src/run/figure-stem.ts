import { createHash } from 'node:crypto';

/** Room for what stands behind it (`-error-450nm-polynomial-regression.png`, a suffix while it is written) in the 255 bytes of a name. */
const MOST_BYTES = 120;

/**
 * How the files of a scene's pictures begin: its name, where that can begin the name of a file; else what can of it, and a hash that
 * tells it from others.
 */
export function figureStem(scene: string): string {
  const plain = scene.replace(/[/\\\u0000-\u001f]/g, '_');
  if (plain === scene && Buffer.byteLength(scene) <= MOST_BYTES) return scene;
  let cut = '';
  for (const letter of plain) {
    if (Buffer.byteLength(cut) + Buffer.byteLength(letter) > MOST_BYTES - 9) break;
    cut += letter;
  }
  return `${cut}-${createHash('sha256').update(scene).digest('hex').slice(0, 8)}`;
}
