/**
 * Every registered model at a size that takes milliseconds, with everything that its full size has (several stages,
 * shared layers, batch statistics, dead and aliased entries). `state-dict/every-model.test.ts` asserts that it is complete.
 */
export const SMALL_CONFIGS: Readonly<Record<string, object>> = {
  'gmsr-net': { widths: [4, 31] },
  m3sr: { num_blocks: [1, 1], groups: 2 },
  'agd-net': { stages: 2 },
  'mst-plus-plus': { stages: 1, blocks: [1, 1] },
  'hscnn-plus': { blocks: 2 },
  hrnet: { width: 16 },
  mscnn: { width: 4, levels: 2 },
  hsrnet: { units: 2 },
  repcpsi: { width: 6, blocks: 2 },
  awan: { width: 16, blocks: 2, reduction: 4 },
  hdnet: { width: 16, before: 1, after: 1 },
  edsr: { width: 4, blocks: 2 },
  'polynomial-regression': {},
  'mean-spectrum': {},
};
