import { paritySuite } from '../testing/parity-suite.js';
import { edsr } from './edsr.js';

paritySuite(edsr, { parameters: 2_419_999 });
