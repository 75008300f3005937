/** One printed row: what a paper says of a network's size and cost. */
export interface PublishedCost {
  /** Where it is printed. */
  readonly source: string;
  readonly row: string;
  /** Registry key and settings of our network. */
  readonly model: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Size at which the number comes out; the papers print 512 x 482. */
  readonly height: number;
  readonly width: number;
  /** As printed, in millions. */
  readonly parameters: string;
  /** As printed, in units of 10^9. */
  readonly flops: string;
  /** What the column counts: multiply-accumulates, or two operations for each. */
  readonly unit: 'MACs' | '2 x MACs';
  /** Which of our two counts of parameters is printed. */
  readonly parameterCount: 'honest' | 'profiler';
  /** Why a printed number is another one, where that is known. */
  readonly remark?: string;
}

const tableI = 'GMSR-Net (arXiv 2405.07777), Table I';
const tableIII = 'GMSR-Net (arXiv 2405.07777), Table III';
const m3sr = 'M3SR (arXiv 2601.08293), comparison';
const m3srGroups = 'M3SR (arXiv 2601.08293), ablation of G';
const whole = { height: 482, width: 512 };

const ofTableI = (
  row: string,
  model: string,
  parameters: string,
  flops: string,
  more: Partial<PublishedCost> = {},
): PublishedCost => ({
  source: tableI,
  row,
  model,
  options: {},
  ...whole,
  parameters,
  flops,
  unit: 'MACs',
  parameterCount: 'honest',
  ...more,
});

const ofTableIII = (
  widths: readonly number[],
  parameters: string,
  flops: string,
  remark?: string,
): PublishedCost => ({
  source: tableIII,
  row: `n = ${widths.length}`,
  model: 'gmsr-net',
  options: { widths },
  ...whole,
  parameters,
  flops,
  unit: 'MACs',
  parameterCount: 'honest',
  ...(remark === undefined ? {} : { remark }),
});

const ofM3sr = (
  row: string,
  model: string,
  parameters: string,
  flops: string,
  more: Partial<PublishedCost> = {},
): PublishedCost => ({
  source: m3sr,
  row,
  model,
  options: {},
  ...whole,
  parameters,
  flops,
  unit: '2 x MACs',
  parameterCount: 'honest',
  ...more,
});

const ofGroups = (groups: number, parameters: string, flops: string): PublishedCost => ({
  source: m3srGroups,
  row: `G = ${groups}`,
  model: 'm3sr',
  options: { groups },
  height: 488,
  width: 512,
  parameters,
  flops,
  unit: '2 x MACs',
  parameterCount: 'profiler',
});

/** The Params and FLOPs columns of the papers, as printed. */
export const publishedCosts: readonly PublishedCost[] = [
  ofTableI('MSCNN', 'mscnn', '26.6866', '155.4068', {
    height: 480,
    remark: 'counted at 480 x 512: the network halves its input five times',
  }),
  ofTableI('HRNet', 'hrnet', '3.1705', '624.5023', {
    remark: 'a decimal slip in the paper: M3SR and MST++ print 31.70 M',
  }),
  ofTableI('HSRnet', 'hsrnet', '0.6826', '160.5390'),
  ofTableI('AGD-Net', 'agd-net', '0.3861', '387.2278', {
    remark: 'four times the true count: the profiler saw modules that are registered twice',
  }),
  ofTableI('MST++', 'mst-plus-plus', '1.6196', '88.8684'),
  ofTableI('RepCPSI', 'repcpsi', '2.0778', '511.6173'),
  ofTableI('GMSR-Net', 'gmsr-net', '0.0450', '3.9910', {
    remark: 'the released code gives 3.99395; why 3.9910 is printed is not known',
  }),
  ofTableIII([31], '0.0251', '2.4187'),
  ofTableIII([15, 31], '0.0346', '3.1603'),
  ofTableIII(
    [10, 20, 31],
    '0.0450',
    '3.9910',
    'the released code gives 3.99395; why 3.9910 is printed is not known',
  ),
  ofTableIII([8, 16, 24, 31], '0.0578', '5.1415'),
  ofTableIII(
    [6, 12, 18, 24, 31],
    '0.0657',
    '5.7161',
    'one unit of the last digit: 5.71601 is printed as 5.7161',
  ),
  ofM3sr('HSCNN+', 'hscnn-plus', '1.642', '808.0', {
    remark: 'a smaller network than the 30 blocks of MST++ (4.65 M); which depth is not known',
  }),
  ofM3sr('HRNet', 'hrnet', '31.705', '1249.0'),
  ofM3sr('MST++', 'mst-plus-plus', '1.62', '177.7'),
  ofM3sr('GMSR', 'gmsr-net', '0.019', '8.0', { parameterCount: 'profiler' }),
  ofM3sr('M3SR', 'm3sr', '2.166', '100.9', { height: 488, parameterCount: 'profiler' }),
  ofGroups(2, '2.066', '91.3'),
  ofGroups(4, '2.166', '100.9'),
  ofGroups(8, '2.368', '120.1'),
  ofGroups(16, '2.770', '158.6'),
];
