import { paritySuite } from '../testing/parity-suite.js';
import { gmsrNet } from './gmsr-net.js';

paritySuite(gmsrNet, { parameters: 44_980, backends: ['cpu', 'wasm'] });
