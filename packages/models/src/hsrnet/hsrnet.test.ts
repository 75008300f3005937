import { paritySuite } from '../testing/parity-suite.js';
import { hsrnet } from './hsrnet.js';

paritySuite(hsrnet, { parameters: 682_610, folders: ['hsrnet-formula', 'hsrnet'] });
