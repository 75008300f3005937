import { getModel } from '@prismamba/models';
import { paritySuite } from './testing/parity-suite.js';

// The networks of the papers, on native TensorFlow: `npm run test:tfjs-node`.
for (const key of ['gmsr-net', 'm3sr', 'agd-net']) paritySuite(getModel(key), ['tensorflow']);
