import { describe, expect, it } from 'vitest';
import { mstPlusPlusConfig } from './mst-plus-plus.config.js';
import { mstPlusPlus } from './mst-plus-plus.js';

describe('MST++', () => {
  it('has 227 state entries in the official order', () => {
    const entries = mstPlusPlus.stateDict(mstPlusPlusConfig.parse({}));
    expect(entries.length).toBe(227);
    expect(entries[43]?.official).toBe('body.0.decoder_layers.0.0.weight');
    expect(entries[43]?.shape).toEqual([124, 62, 2, 2]);
    expect(entries[226]?.official).toBe('conv_out.weight');
  });
});
