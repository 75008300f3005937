import {
  hooked,
  pixels,
  unseen,
  type CostedLayer,
  type CostForm,
  type LayerCost,
} from '@prismamba/core/layer';

/**
 * SS2D of Mamba-1 (GMSR-Net) on `count` positions of d channels, D = 2d inside; 4N + 2 multiplications a channel, step and
 * direction. The layer's own names of its weights start with `prefix`.
 */
export function ss2dCosts(
  weightShape: CostedLayer['weightShape'],
  prefix: string,
  count: number,
  d: number,
): LayerCost[] {
  const D = 2 * d;
  const [K, , R] = weightShape(`${prefix}dt_projs_weight`) as [number, number, number];
  const N = weightShape(`${prefix}A_logs`)[1]!;
  return [
    hooked('linear', count * (d * 2 * D + D * d)),
    hooked('convolution', count * 9 * D),
    unseen('projection', count * K * (D * (R + 2 * N) + D * R)),
    unseen('scan', count * K * D * (4 * N + 2)),
  ];
}

export const ss2dCost: CostForm = ({ weightShape, input }) => {
  const d = input[3]!;
  return { costs: ss2dCosts(weightShape, '', pixels(input), d), normalised: pixels(input) * 2 * d };
};
