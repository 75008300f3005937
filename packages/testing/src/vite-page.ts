import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));

/** `bundle` of a {@link BrowserPage} by vite, minified, as it builds a page for production: one classic script out of our sources. */
export async function viteBundle(entry: string): Promise<string> {
  const folder = mkdtempSync(join(here, '../../../node_modules/.vite-page-'));
  try {
    const file = join(folder, 'entry.ts');
    writeFileSync(file, entry);
    const built = (await build({
      configFile: false,
      logLevel: 'error',
      root: folder,
      resolve: { conditions: ['@prismamba/source', 'browser', 'module', 'import', 'default'] },
      define: { 'process.env.NODE_ENV': '"production"' },
      build: { write: false, minify: true, lib: { entry: file, formats: ['iife'], name: 'page' } },
    })) as Rolldown.RolldownOutput | Rolldown.RolldownOutput[];
    const chunks = [built].flat().flatMap(({ output }) => output.filter((part) => part.type === 'chunk'));
    if (chunks.length !== 1)
      throw new Error(`viteBundle: got ${chunks.length} scripts, wanted one: nothing imported on demand`);
    return chunks[0]!.code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
