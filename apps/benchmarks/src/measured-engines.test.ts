import { expect, it } from 'vitest';
import { measuredEngines } from './measured-engines.js';
import type { Measured } from './performance-page.js';

const run = { date: '2026-11-29', commit: 'abc1234', rooflineNs: 12, processor: 'EPYC', load: 0.5 };
const row = (name: string, seconds: number | undefined, ours: boolean, section = 'engines') =>
  ({
    case: { section, name, size: '256x256', threads: 2, ours },
    outcome: seconds === undefined ? { missing: 'not installed' } : { result: { seconds, cpuSeconds: 9 } },
    run,
  }) as unknown as Measured;

it('the table of auto takes what was measured in both engines in this run, and keeps the rest', () => {
  const before = {
    edsr: { times: 9, measured: 'long ago' },
    hrnet: { times: 4.1, measured: 'long ago' },
  };
  const table = measuredEngines(before, [
    row('edsr', 3, true),
    row('edsr in onnxruntime-node', 2, false),
    row('edsr in PyTorch (our script)', 7, false),
    row('hrnet', 3, true),
    row('hrnet in onnxruntime-node', undefined, false),
    row('awan', 5, true, 'models'),
    row('awan in onnxruntime-node', 1, false, 'models'),
  ]);
  expect(table).toEqual({
    edsr: {
      times: 1.5,
      measured: 'wall time of a tile of 256x256 with 2 threads; 2026-11-29, abc1234, EPYC, load 0.5',
    },
    hrnet: before.hrnet,
  });
});
