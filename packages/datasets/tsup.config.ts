import { packageConfig } from '../../tsup.base.js';

const api = { index: 'src/index.ts', node: 'src/node.ts' };

export default packageConfig({
  // The reading thread is a file of its own, started by URL; it exports nothing, so it needs no types.
  entry: { ...api, 'reading-worker': 'src/streaming/reading-worker.ts' },
  dts: { entry: api },
  shims: true, // import.meta.url in the CommonJS build
});
