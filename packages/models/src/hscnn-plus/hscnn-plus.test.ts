import { paritySuite } from '../testing/parity-suite.js';
import { hscnnPlus } from './hscnn-plus.js';

paritySuite(hscnnPlus, { parameters: 4_645_504 });
