import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runJob, type Outcome } from './child.js';
import type { NetworkJob } from './jobs/network.js';
import type { ScanJob } from './jobs/scan.js';
import { SCAN_OPERATORS } from './jobs/scan-names.js';
import { repositoryRoot } from './paths.js';

interface Found {
  readonly adapter?: string;
  readonly reason?: string;
  readonly env: Readonly<Record<string, string>>;
}

const isSoftware = (adapter: string) => /swiftshader|llvmpipe|lavapipe/i.test(adapter);

interface WebgpuCase {
  readonly name: string;
  readonly run: () => Outcome;
}

const operators = SCAN_OPERATORS;

/** What is measured on a GPU; a software adapter gets small sizes, enough to see that it runs. */
function cases(software: boolean): WebgpuCase[] {
  const length = software ? 1024 : 65_536;
  const repeats = software ? 1 : 5;
  const scans = operators.flatMap((operator) =>
    (['forward', 'gradient'] as const).map((direction): WebgpuCase => {
      const job: ScanJob = { implementation: 'webgpu', operator, direction, length, repeats };
      return { name: `${operator}, ${direction}, ${length} tokens`, run: () => runJob('scan', job) };
    }),
  );
  const network = (mode: NetworkJob['mode'], height: number, width: number, batch: number): WebgpuCase => {
    const job: NetworkJob = { model: 'gmsr-net', backend: 'webgpu', mode, height, width, batch, repeats };
    const what = mode === 'forward' ? 'forward pass' : 'training step';
    return { name: `GMSR-Net, ${what}, ${batch} x ${height}x${width}`, run: () => runJob('network', job) };
  };
  return [
    ...scans,
    software ? network('forward', 32, 32, 1) : network('forward', 482, 512, 1),
    software ? network('train', 16, 16, 2) : network('train', 128, 128, 2),
  ];
}

/** Measures on the adapter that is there and prints it; whether every case has a figure. */
export function benchWebgpu(only: string | undefined): boolean {
  const script = join(repositoryRoot, 'tools/webgpu/adapter.mjs');
  const found = JSON.parse(spawnSync(process.execPath, [script], { encoding: 'utf8' }).stdout) as Found;
  if (found.adapter === undefined) {
    console.error(`bench: ${found.reason ?? 'no WebGPU adapter'}`);
    return false;
  }
  Object.assign(process.env, found.env);
  const software = isSoftware(found.adapter);
  console.log(
    `WebGPU adapter: ${found.adapter}${software ? ' (a program in place of a GPU: its times say nothing of speed)' : ''}`,
  );
  let complete = true;
  for (const { name, run } of cases(software).filter(
    (one) => only === undefined || one.name.includes(only),
  )) {
    const outcome = run();
    if ('missing' in outcome) {
      complete = false;
      console.log(`${name}: ${outcome.missing}`);
      continue;
    }
    const { seconds, nsPerUnit, error } = outcome.result;
    const figures = [
      `${(1000 * seconds).toFixed(1)} ms`,
      ...(nsPerUnit === undefined
        ? [`${(1 / seconds).toFixed(2)} a second`]
        : [`${nsPerUnit.toFixed(2)} ns a unit`]),
      ...(error === undefined ? [] : [`error ${error.toExponential(1)}`]),
    ];
    console.log(`${name}: ${figures.join(', ')}${software ? ' [software adapter]' : ''}`);
  }
  return complete;
}
