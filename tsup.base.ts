import { defineConfig, type Options } from 'tsup';

/** Build settings shared by every published package: ESM + CJS + d.ts, dependencies left to the installer. */
export function packageConfig(options: Options) {
  return defineConfig({
    format: ['esm', 'cjs'],
    dts: true,
    sourcemap: true,
    clean: true,
    target: 'es2022',
    splitting: false,
    // The rooms of a package's devDependencies go into its bundle (so do the argument checks of formats, which a user of
    // one operator or metric need not install whole): from their sources, whatever is built. The others stay outside.
    esbuildOptions(build) {
      build.conditions = ['@prismamba/source', ...(build.conditions ?? [])];
    },
    ...options,
  });
}
