/** One printed row: which network at which size, what the paper prints, and what is known about the number. */
export interface PublishedRow {
  readonly table: string;
  readonly row: string;
  readonly model: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly height: number;
  readonly width: number;
  /** As printed, in millions. */
  readonly parametersM: string;
  /** As printed, in 10^9. */
  readonly gflops: string;
  /** Printed FLOPs are this many times the MACs of the published convention. */
  readonly flopsPerMac: 1 | 2;
  /** Which of our counts the printed parameters are. */
  readonly parameterCount: 'honest' | 'published';
  readonly note?: string;
}

const gmsr = (row: string, model: string, parametersM: string, gflops: string, note?: string, height = 482) =>
  ({
    table: 'GMSR-Net, Table I',
    row,
    model,
    config: {},
    height,
    width: 512,
    parametersM,
    gflops,
    flopsPerMac: 1,
    parameterCount: 'honest',
    ...(note !== undefined && { note }),
  }) satisfies PublishedRow;

const blocks = (n: number, widths: readonly number[], parametersM: string, gflops: string, note?: string) =>
  ({
    table: 'GMSR-Net, Table III',
    row: `n = ${n} (widths ${widths.join(', ')})`,
    model: 'gmsr-net',
    config: { widths },
    height: 482,
    width: 512,
    parametersM,
    gflops,
    flopsPerMac: 1,
    parameterCount: 'honest',
    note: `the two headers are swapped in print${note === undefined ? '' : `; ${note}`}`,
  }) satisfies PublishedRow;

const m3sr = (
  row: string,
  model: string,
  config: Readonly<Record<string, unknown>>,
  parametersM: string,
  gflops: string,
  parameterCount: 'honest' | 'published',
  height = 482,
  note?: string,
) =>
  ({
    table: 'M3SR, tables (by a third-party note)',
    row,
    model,
    config,
    height,
    width: 512,
    parametersM,
    gflops,
    flopsPerMac: 2,
    parameterCount,
    ...(note !== undefined && { note }),
  }) satisfies PublishedRow;

/** Params and FLOPs columns of GMSR-Net (arXiv 2405.07777), Tables I and III, and of M3SR (arXiv 2601.08293). */
export const publishedComplexity: readonly PublishedRow[] = [
  gmsr('MSCNN', 'mscnn', '26.6866', '155.4068', 'at 480 x 512: 482 is no multiple of 16', 480),
  gmsr('HRNet', 'hrnet', '3.1705', '624.5023', 'printed parameters are a decimal slip of 31.705'),
  gmsr('HSRnet', 'hsrnet', '0.6826', '160.5390'),
  gmsr(
    'AGD-Net',
    'agd-net',
    '0.3861',
    '387.2278',
    'printed FLOPs are 4 times the MACs: convolutions are registered twice',
  ),
  gmsr('MST++', 'mst-plus-plus', '1.6196', '88.8684'),
  gmsr('RepCPSI', 'repcpsi', '2.0778', '511.6173'),
  gmsr(
    'GMSR-Net',
    'gmsr-net',
    '0.0450',
    '3.9910',
    'the released code gives 3.99396, 12 MACs a pixel more than printed; where 3.9910 comes from is not known',
  ),
  blocks(1, [31], '0.0251', '2.4187'),
  blocks(2, [15, 31], '0.0346', '3.1603'),
  blocks(
    3,
    [10, 20, 31],
    '0.0450',
    '3.9910',
    'the released code gives 3.99396, 12 MACs a pixel more than printed',
  ),
  blocks(4, [8, 16, 24, 31], '0.0578', '5.1415'),
  blocks(
    5,
    [6, 12, 18, 24, 31],
    '0.0657',
    '5.7161',
    'the recovered widths give 5.71602: the last digit is one off',
  ),
  m3sr('HRNet', 'hrnet', {}, '31.705', '1249.0', 'honest'),
  m3sr('MST++', 'mst-plus-plus', {}, '1.62', '177.7', 'honest'),
  m3sr(
    'GMSR',
    'gmsr-net',
    {},
    '0.019',
    '8.0',
    'published',
    482,
    'raw parameters (A, D, projections) are not counted',
  ),
  m3sr(
    'HSCNN+',
    'hscnn-plus',
    {},
    '1.642',
    '808.0',
    'honest',
    482,
    'another, smaller network than the published 30 blocks: no number of its blocks gives 1.642 M (13: 1.565, 14: 1.713)',
  ),
  ...([2, 4, 8, 16] as const).map((groups, i) =>
    m3sr(
      groups === 4 ? 'M3SR (G = 4)' : `M3SR, G = ${groups}`,
      'm3sr',
      { groups },
      ['2.066', '2.166', '2.368', '2.770'][i]!,
      ['91.3', '100.9', '120.1', '158.6'][i]!,
      'published',
      488,
      'at the padded size; no scan, no Mamba block, no group normalisation counted',
    ),
  ),
];
