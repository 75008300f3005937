import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'tsup';

/** A thread's file as the package's build would make it: a worker needs JavaScript. `remove` deletes it. */
export async function buildWorker(name: string): Promise<{ readonly url: URL; remove(): void }> {
  const outDir = fileURLToPath(
    new URL(`../../../../node_modules/.cache/prismamba-datasets-${name}`, import.meta.url),
  );
  await build({
    config: false,
    silent: true,
    entry: { [name]: fileURLToPath(new URL(`../streaming/${name}.ts`, import.meta.url)) },
    outDir,
    format: ['esm'],
    target: 'es2022',
    skipNodeModulesBundle: true,
    noExternal: [/^@prismamba\//],
    esbuildOptions(options) {
      options.conditions = ['@prismamba/source'];
    },
  });
  return {
    url: pathToFileURL(join(outDir, `${name}.js`)),
    remove: () => rmSync(outDir, { recursive: true, force: true }),
  };
}
