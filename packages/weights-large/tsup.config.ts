import { readdirSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';
import { packageOptions } from '../../tsup.base.js';

const files = readdirSync('src/generated').filter((file) => file.endsWith('.js'));
const entry = { index: 'src/index.ts' };

/** The CommonJS build imports the files of weights from the ESM one: they are in the package once. */
const sharedFiles: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'shared-files',
  setup: (build) =>
    build.onResolve({ filter: /^\.\/.*\.js$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    ),
};

export default defineConfig([
  packageOptions({
    format: ['esm'],
    entry: {
      ...entry,
      ...Object.fromEntries(files.map((file) => [file.replace('.js', ''), `src/generated/${file}`])),
    },
    splitting: true,
    // Maps of base64 help nobody.
    sourcemap: false,
    typed: entry,
  }),
  packageOptions({
    format: ['cjs'],
    entry,
    target: 'node20',
    sourcemap: false,
    clean: false,
    esbuildPlugins: [sharedFiles],
  }),
]);
