// Type declarations of a package: those of its sources by the native TypeScript compiler, joined to one file an entry, for
// `import` (.d.ts) and `require` (.d.cts). What other packages declare is imported from them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { root } from './workspace.mjs';

/**
 * @param {string} folder of the package
 * @param {Readonly<Record<string, string>>} entry name of the entry -> its source, relative to the package
 * @param {readonly ('esm' | 'cjs')[]} formats
 */
export async function writeDeclarations(folder, entry, formats) {
  const scratch = mkdtempSync(join(tmpdir(), 'prismamba-declarations-'));
  try {
    declare(folder, Object.values(entry), scratch);
    const declared = (source) => join(scratch, relative(root, folder), source.replace(/\.ts$/, '.d.ts'));
    const bundle = await rolldown({
      input: Object.fromEntries(Object.entries(entry).map(([name, source]) => [name, declared(source)])),
      external: (path) => !path.startsWith('.') && !path.startsWith(scratch),
      plugins: [dts({ dtsInput: true, tsconfig: false })],
    });
    for (const format of formats) {
      const ending = format === 'esm' ? 'd.ts' : 'd.cts';
      const { output } = await bundle.generate({
        entryFileNames: `[name].${ending}`,
        chunkFileNames: `[name]-[hash].${ending}`,
      });
      // Without the names of scratch files.
      for (const { fileName, code } of output)
        writeFileSync(join(folder, 'dist', fileName), code.replaceAll(/^\/\/ .*\.d\.ts\n/gm, ''));
    }
    await bundle.close();
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** One declaration a source file, in `out`. `npm test -- lint` checks the types; here they are only written. */
function declare(folder, sources, out) {
  const project = join(out, 'tsconfig.json');
  const compilerOptions = {
    noEmit: false,
    noCheck: true,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: root,
    outDir: out,
    // Upon the built declarations of the packages below.
    customConditions: [],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const settings = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions,
    include: [],
    files: sources.map((source) => join(folder, source)),
  };
  writeFileSync(project, JSON.stringify(settings));
  const compiler = join(root, 'node_modules/typescript-7/bin/tsc');
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', project], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`declarations of ${folder}: ${stdout}${stderr}`);
}
