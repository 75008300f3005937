import { startBackend } from '@prismamba/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { countParameters } from '../state-dict/state-entry.js';
import { agdNetConfig } from './agd-net.config.js';
import { agdNet } from './agd-net.js';
import { agdNetStateDict } from './agd-net.state-dict.js';

describe('AGD-Net with fewer stages', () => {
  beforeAll(() => startBackend('cpu'));

  it.each([
    [2, 86_893],
    [3, 129_642],
    [4, 172_391],
    [5, 215_140],
    [6, 257_889],
    [7, 300_638],
    [8, 343_387],
    [9, 386_136],
  ])('%i stages have %i parameters', (stages, parameters) => {
    const config = agdNetConfig.parse({ stages });
    expect(countParameters(agdNetStateDict(config))).toBe(parameters);
    const model = agdNet.build(config, { seed: 1 });
    expect(model.countParams()).toBe(parameters);
    model.dispose();
  });

  it('writes every tensor under both official names', () => {
    const entries = agdNetStateDict(agdNetConfig.parse({}));
    expect(entries.length).toBe(220);
    expect(entries[4]?.official).toBe('stages.0.denselayers.0.compressLayer.Module.0.weight');
    expect(entries[45]?.official).toBe('stages.1.denselayers.0.compressLayer.Module.1.weight');
    expect(entries[61]?.official).toBe('stages.1.denselayers.4.compressLayer.Module.0.weight');
  });

  it('refuses a number of stages that makes no network', () => {
    for (const stages of [0, 1]) expect(() => agdNetConfig.parse({ stages })).toThrow(/stages|>=2/);
    expect(() => agdNetConfig.parse({ stage: 3 })).toThrow(/stage/);
  });
});
