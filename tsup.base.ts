import { defineConfig, type Options } from 'tsup';
import { writeDeclarations } from './tools/declarations.mjs';

type Entries = Readonly<Record<string, string>>;
interface PackageOptions extends Options {
  readonly entry: Entries;
  /** Entries with types, if not all of them. */
  readonly typed?: Entries;
}

/** Build settings shared by every published package: ESM + CJS + d.ts, dependencies left to the installer. */
export function packageOptions({ typed, ...options }: PackageOptions): Options {
  const format = (options.format ?? ['esm', 'cjs']) as ('esm' | 'cjs')[];
  return {
    format,
    // Not tsup's own declarations: the compiler in JavaScript took most of the build's time for them.
    dts: false,
    onSuccess: () => writeDeclarations(process.cwd(), typed ?? options.entry, format),
    sourcemap: true,
    clean: true,
    target: 'es2022',
    splitting: false,
    // The sources are in the package; a copy of them in every map would double it.
    esbuildOptions: (settings) => void (settings.sourcesContent = false),
    ...options,
  };
}

export const packageConfig = (options: PackageOptions) => defineConfig(packageOptions(options));
