import { pixels, unseen, type CostForm } from '@prismamba/core/layer';

export const spectralMambaCost: CostForm = ({ weightShape, input }) => {
  const [D, N] = weightShape('mamba.A_log') as [number, number];
  const R = weightShape('mamba.dt_proj.weight')[1]!;
  const d = D / 2;
  const groups = input[3]! / d;
  const tokens = pixels(input) * groups;
  return {
    costs: [
      unseen('linear', tokens * (6 * d * d + D * (R + 2 * N) + D * R)),
      unseen('convolution', pixels(input) * D * 4 * (groups + 3)), // the official padded length
      unseen('scan', tokens * D * (4 * N + 2)),
    ],
  };
};
