import { train3Suite } from './testing/train3-suite.js';

train3Suite(['cpu']);
