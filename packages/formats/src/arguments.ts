export { checkShape, type WantedSize } from './arguments/check-shape.js';
export { nearestName, nearestNames } from './arguments/nearest-names.js';
