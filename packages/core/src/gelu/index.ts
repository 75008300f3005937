export { gelu } from './gelu.js';
export { geluOperator, type GeluInputs } from './gelu.operator.js';
