import type { FormulaSpec } from '../parity/formula-weights.js';

/** Golden formula weights of M3SR (`golden/README.md`): its own ranges for what a scan would blow up. */
export const M3SR_FORMULA: FormulaSpec = {
  seed: 20242,
  gain: 1,
  overrides: [
    ['A_log', { center: 0.5, amplitude: 1 }],
    ['A_logs', { center: 0, amplitude: 0.3 }],
    ['Ds', { center: 1, amplitude: 0.3 }],
    ['.D', { center: 1, amplitude: 0.3 }],
    ['dt_projs_bias', { center: -1, amplitude: 0.5 }],
    ['dt_proj.bias', { center: -2, amplitude: 1 }],
    ['.weights', { center: 0.33, amplitude: 0.1 }],
    ['x_proj_weight', (shape) => ({ center: 0, amplitude: Math.sqrt(3 / shape[2]!) })],
  ],
};
