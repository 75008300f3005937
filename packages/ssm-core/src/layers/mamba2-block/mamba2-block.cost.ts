import {
  hooked,
  pixels,
  unseen,
  type CostedLayer,
  type CostForm,
  type LayerCost,
} from '@prismamba/core/layer';

/**
 * SS2D of Mamba-2 (M3SR) on `count` positions of m channels: no gate, no dt projection; 3N + 2 multiplications a
 * channel, step and direction. The layer's own names of its weights start with `prefix`.
 */
export function ssdCosts(
  weightShape: CostedLayer['weightShape'],
  prefix: string,
  count: number,
  m: number,
): LayerCost[] {
  const R = weightShape(`${prefix}A_logs`)[1]!;
  const N = (weightShape(`${prefix}x_proj_weight`)[1]! - R) / 2;
  const D = 2 * m;
  return [
    hooked('linear', count * 2 * m * D),
    hooked('convolution', count * 9 * D),
    unseen('projection', count * 4 * D * (R + 2 * N)),
    unseen('scan', count * 4 * D * (3 * N + 2)),
  ];
}

export const mamba2BlockCost: CostForm = ({ weightShape, input }) => {
  const m = input[3]!;
  return { costs: ssdCosts(weightShape, '', pixels(input), m), normalised: pixels(input) * 2 * m };
};
