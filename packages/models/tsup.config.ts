import { packageConfig } from '../../tsup.base.js';

// Shared chunks: a layer class that two entries held would be two classes, registered twice.
export default packageConfig({
  entry: { index: 'src/index.ts', internal: 'src/internal.ts', node: 'src/node.ts' },
  splitting: true,
});
