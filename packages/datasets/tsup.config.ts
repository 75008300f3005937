import { packageConfig } from '../../tsup.base.js';

const api = { index: 'src/index.ts', node: 'src/node.ts' };

export default packageConfig({
  // Each thread is a file of its own, started by URL; it exports nothing, so it needs no types.
  entry: {
    ...api,
    'reading-worker': 'src/streaming/reading-worker.ts',
    'photo-worker': 'src/streaming/photo-worker.ts',
  },
  typed: api,
  shims: true, // import.meta.url in the CommonJS build
});
