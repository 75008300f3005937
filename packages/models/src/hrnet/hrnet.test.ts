import { paritySuite } from '../testing/parity-suite.js';
import { hrnet } from './hrnet.js';

paritySuite(hrnet, { parameters: 31_704_863 });
