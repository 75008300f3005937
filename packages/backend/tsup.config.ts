import { packageConfig } from '../../tsup.base.js';

export default packageConfig({
  entry: { index: 'src/index.ts', wasm: 'src/wasm.ts', internal: 'src/internal.ts', arena: 'src/arena.ts' },
  shims: true,
  // ES modules share their parts. What `require` loads does not: the bundler would turn the import() of an optional package,
  // which may be an ES module, into a require().
  splitting: undefined,
});
