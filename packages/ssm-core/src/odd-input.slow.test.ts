// With the row of 10,000 on the CPU backend, too.
import './odd-input.test.js';
