// What tests do with installed packages, however they were installed: from files (first-use.mjs) or from a registry
// (release/test-release.mjs).
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PHOTO, TINY } from './documented-commands.mjs';
import { root, workspacePackages } from './workspace.mjs';

/** What the README of a package tells to install, in its order; undefined where it has no such line. */
export function installLine({ directory }) {
  const readme = readFileSync(join(directory, 'README.md'), 'utf8');
  const line = /^\s*(?:\$ )?npm install (?:-g )?(@prismamba\/.*|prismamba)$/m.exec(readme);
  return line?.[1].split('#')[0].trim().split(/\s+/);
}

/** The command line in a folder where the packages are installed. */
export function walkCommandLine(walk, folder, { short = false } = {}) {
  cpSync(join(root, PHOTO), join(folder, 'photo.jpg'));
  const { version } = workspacePackages().find(({ name }) => name === 'experiments').manifest;
  walk(folder, 'npx prismamba --version', { prints: [version] });
  walk(folder, 'npx prismamba', { code: 2, prints: ['Usage: prismamba'] });
  walk(folder, 'npx prismamba trian', { code: 2, prints: ["unknown command 'trian'"] });
  walk(folder, 'npx prismamba doctor', { prints: ['backend'] });
  walk(folder, 'npx prismamba pretrained', { prints: ['gmsr-net/'] });
  // Weights of a package of their own: there, or else the command that installs it.
  const large = 'npx prismamba pretrained mst-plus-plus/cave-clean --out mst.safetensors';
  if (existsSync(join(folder, 'node_modules/@prismamba/weights-large'))) {
    walk(folder, large, { leaves: ['mst.safetensors'] });
  } else walk(folder, large, { code: 1, prints: ['npm install @prismamba/weights-large'] });
  walk(folder, 'npx prismamba reconstruct photo.jpg --at 2,3 --at 0,0,4,4', {
    prints: ['31 bands'],
    leaves: ['photo.npy', 'photo.preview.png', 'photo.spectra.csv', 'photo.spectra.svg'],
  });
  walk(folder, 'npx prismamba init mine.yaml', { leaves: ['mine.yaml', 'experiment.schema.json'] });
  walk(folder, `npx prismamba train mine.yaml ${TINY}`, { prints: ['report: runs/'], leaves: ['runs/mine'] });
  walk(folder, `npx prismamba train quickstart ${TINY}`, {
    prints: ['report: runs/'],
    leaves: ['runs/quickstart'],
  });
  walk(folder, 'npx prismamba runs', { prints: ['quickstart'] });
  walk(folder, 'npx prismamba evaluate runs/quickstart/*', { prints: ['PSNR'] });
  walk(folder, 'npx prismamba reconstruct nowhere.jpg', { code: 1, prints: ['nowhere.jpg'] });
  // The same table is a test of the application.
  if (!short) walk(folder, 'npx prismamba reproduce complexity --out complexity', { leaves: ['complexity'] });
}
