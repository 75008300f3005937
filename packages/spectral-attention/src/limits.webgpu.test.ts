import { limitsSuite } from '@prismamba/testing';
import { gradientStatistics } from './gradient-statistics/gradient-statistics.js';
import { mapConvolution } from './map-convolution/map-convolution.js';

limitsSuite([
  {
    name: 'gradientStatistics',
    shapes: { x: [2, 9, 11, 6] },
    run: ({ x }: Record<'x', never>) => {
      const { maps, pooled } = gradientStatistics(x);
      return [maps, pooled];
    },
  },
  {
    name: 'mapConvolution',
    shapes: { maps: [2, 9, 11, 2], weight: [1, 2, 7, 7] },
    run: (inputs) => [mapConvolution(inputs)],
  },
]);
