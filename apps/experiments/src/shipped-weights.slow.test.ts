// All of them.
import './shipped-weights.test.js';
