import { packageConfig } from '../../tsup.base.js';

// Each file of weights is a chunk of its own in the ESM build: a page loads only what it asks for. CommonJS has no chunks.
export default packageConfig({ entry: { index: 'src/index.ts' }, splitting: true });
