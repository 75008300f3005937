import { getModel } from '@prismamba/models';
import { paritySuite } from './testing/parity-suite.js';

for (const key of ['gmsr-net', 'm3sr', 'agd-net']) paritySuite(getModel(key), ['cpu']);
