import { paritySuite } from '../testing/parity-suite.js';
import { mscnn } from './mscnn.js';

paritySuite(mscnn, { parameters: 26_686_592 });
