import { startBackend } from '@prismamba/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { disposeModel } from '../dispose-model.js';
import { getModel } from '../registry.js';
import { complexity, type ComplexityReport } from './complexity.js';

const reports = new Map<string, ComplexityReport>();

/** Both conventions are in one report: a network is built once. */
function costOf(key: string, config: object, height: number, width: number): ComplexityReport {
  const name = JSON.stringify([key, config, height, width]);
  const known = reports.get(name) ?? count(key, config, height, width);
  reports.set(name, known);
  return known;
}

function count(key: string, config: object, height: number, width: number): ComplexityReport {
  const definition = getModel(key);
  const options = definition.config.parse(config);
  const model = definition.build(options, { seed: 1 });
  try {
    return complexity(model, definition.stateDict(options), { height, width });
  } finally {
    disposeModel(model);
  }
}
/** In units of 10^9, to the printed digits. */
const giga = (macs: number, digits = 3) => (macs / 1e9).toFixed(digits);

beforeAll(() => startBackend('cpu'));

describe('honest multiply-accumulates', () => {
  it('of GMSR-Net at 482 x 512, by kind', () => {
    const { macs, totalMacs, parameters, unusedParameters } = costOf('gmsr-net', {}, 482, 512);
    expect(giga(macs.convolution)).toBe('1.635');
    expect(giga(macs.linear)).toBe('2.163');
    expect(giga(macs.projection)).toBe('4.296');
    expect(giga(macs.scan)).toBe('7.948');
    expect(giga(totalMacs)).toBe('16.043');
    expect([parameters, unusedParameters]).toEqual([44_980, 122]);
  });
  it('of M3SR at 482 x 512 (padded to 488 x 512), by kind', () => {
    const { macs, totalMacs, unusedParameters } = costOf('m3sr', {}, 482, 512);
    expect(giga(macs.convolution)).toBe('24.577');
    expect(giga(macs.linear + macs.projection)).toBe('70.035');
    expect(giga(macs.scan)).toBe('23.763');
    expect(giga(totalMacs)).toBe('118.375');
    expect(unusedParameters).toBe(100_874);
  });
  it.each([
    ['agd-net', 482, '96.600'], // 96.807 with the official code's discarded last degradation
    ['mst-plus-plus', 482, '84.604'],
    ['hscnn-plus', 482, '1146.436'],
    ['mscnn', 480, '154.927'],
    ['hsrnet', 482, '160.417'],
    ['repcpsi', 482, '511.459'],
    ['awan', 482, '1086.124'],
    ['hdnet', 482, '654.424'],
    ['edsr', 482, '596.167'],
  ] as const)('of %s at %i x 512', (key, height, wanted) => {
    expect(giga(costOf(key, {}, height, 512).totalMacs)).toBe(wanted);
  });
  it('of M3SR with a longer wavelet: more coefficients to scan, more taps', () => {
    // 8 taps: floor((16 + 7) / 2) = 11 coefficients a side instead of 8.
    const branch = (wavelet: string) => {
      const { layers } = costOf('m3sr', { num_blocks: [1], wavelet }, 16, 16);
      const { costs } = layers.find(({ name }) => name.endsWith('.fre_mamba'))!;
      return { transform: costs[0]!.macs, scan: costs.find(({ kind }) => kind === 'scan')!.macs };
    };
    const [haar, db4] = [branch('haar'), branch('db4')];
    expect(db4.scan / haar.scan).toBeCloseTo(11 ** 2 / 8 ** 2, 12);
    expect(haar.transform).toBe(2 * 31 * 2 * 8 * (2 * 16 + 4 * 8));
    expect(db4.transform).toBe(2 * 31 * 8 * 11 * (2 * 16 + 4 * 11));
  });
  it('of HRNet, whose discarded gates do not run here', () => {
    expect(giga(costOf('hrnet', {}, 482, 512).totalMacs)).toBe('624.472');
  });
  it('of RepCPSI after merging', () => {
    expect(giga(costOf('repcpsi', { deploy: true }, 482, 512).macs.convolution, 1)).toBe('233.5');
  });
});

describe('the published convention', () => {
  it.each([
    [[31], '2.4187', 25_053],
    [[15, 31], '3.1603', 34_620],
    [[10, 20, 31], '3.9940', 44_980],
    [[8, 16, 24, 31], '5.1415', 57_840],
    [[6, 12, 18, 24, 31], '5.7160', 65_694],
  ])("GMSR-Net's Table III, widths %j", (widths, macs, parameters) => {
    const report = costOf('gmsr-net', { widths }, 482, 512);
    expect(giga(report.published.macs, 4)).toBe(macs);
    expect(report.parameters).toBe(parameters);
  });
  it('counts 0.019 M parameters for GMSR-Net, as M3SR prints', () => {
    expect(costOf('gmsr-net', {}, 482, 512).published.parameters).toBe(18_666);
  });
  it.each([
    [2, 2_065_809, '91.32'],
    [4, 2_166_373, '100.92'],
    [8, 2_367_501, '120.13'],
    [16, 2_769_757, '158.55'],
  ])('M3SR with G = %i: parameters, and twice the MACs at the padded size', (groups, parameters, flops) => {
    const { published } = costOf('m3sr', { groups }, 488, 512);
    expect(published.parameters).toBe(parameters);
    expect(giga(2 * published.macs, 2)).toBe(flops);
  });
  it.each([
    ['hsrnet', 482, '160.5390'],
    ['repcpsi', 482, '511.6173'],
    ['mst-plus-plus', 482, '88.8684'],
    ['mscnn', 480, '155.4068'],
    ['hrnet', 482, '624.5023'],
    ['agd-net', 482, '387.2278'],
  ])("%s as in GMSR-Net's Table I", (key, height, wanted) => {
    expect(giga(costOf(key, {}, height, 512).published.macs, 4)).toBe(wanted);
  });
});
