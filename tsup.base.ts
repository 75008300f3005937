import { defineConfig, type Options } from 'tsup';

/** Build settings shared by every published package: ESM + CJS + d.ts, dependencies left to the installer. */
export function packageOptions(options: Options): Options {
  return {
    format: ['esm', 'cjs'],
    // `npm run typecheck` checks the sources. Here declarations are only written, upon the built ones of the packages below.
    dts: { compilerOptions: { noCheck: true, customConditions: [] } },
    sourcemap: true,
    clean: true,
    target: 'es2022',
    splitting: false,
    // The sources are in the package; a copy of them in every map would double it.
    esbuildOptions: (settings) => void (settings.sourcesContent = false),
    ...options,
  };
}

export const packageConfig = (options: Options) => defineConfig(packageOptions(options));
