import { paritySuite } from '../testing/parity-suite.js';
import { hsrnet } from './hsrnet.js';

paritySuite(hsrnet, { parameters: 682_610, needs: ['weights.pth', 'grads.npz'] });
