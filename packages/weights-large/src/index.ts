export { weights } from './generated/weights.js';
