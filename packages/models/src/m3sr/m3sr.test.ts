import { paritySuite } from '../testing/parity-suite.js';
import { m3sr } from './m3sr.js';

paritySuite(m3sr, { parameters: 2_887_062, timeout: 300_000 });
