import { countParameters } from '../state-dict/state-entry.js';
import { expect, it } from 'vitest';
import { awan } from './awan.js';

it('has 3,551,181 parameters at the 90 channels of the published size check', () => {
  expect(countParameters(awan.stateDict(awan.config.parse({ width: 90 })))).toBe(3_551_181);
});
