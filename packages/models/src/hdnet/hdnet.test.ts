import { paritySuite } from '../testing/parity-suite.js';
import { hdnet } from './hdnet.js';

paritySuite(hdnet, { parameters: 2_659_243 });
