import { runJob, runNativeJob, runTorch, type Outcome } from './child.js';
import type { BatchesJob } from './jobs/batches.js';
import type { NetworkJob } from './jobs/network.js';
import type { ScanJob } from './jobs/scan.js';
import { SCAN_OPERATORS } from './jobs/scan-names.js';

/** One measurement of the run. */
export interface Case {
  readonly section: Section;
  readonly name: string;
  /** Image size, or tokens. */
  readonly size: string;
  readonly threads: number;
  readonly ours: boolean;
  /** Left out with `--quick`. */
  readonly slow?: boolean;
  readonly run: () => Outcome;
}

export const SECTIONS = {
  roofline: 'Port roofline',
  operators: 'Operators, one thread unless stated',
  forward: 'GMSR-Net, forward pass',
  training: 'GMSR-Net, training step (batch 2)',
  steps: 'Training steps of other sizes and networks, two threads',
  batches: 'Batches for these steps, of scenes in memory',
  growth: 'Growth with the image, GMSR-Net forward',
  models: 'Every network, one forward pass at 482x512',
  engines: 'Engines: one tile of 256x256, two threads',
  native: 'Scans on native TensorFlow without a GPU, two threads',
} as const;
export type Section = keyof typeof SECTIONS;

const scan = (name: string, job: ScanJob): Case => ({
  section: 'operators',
  name,
  size: `${job.length} tokens`,
  threads: job.threads ?? 1,
  ours: !['onnxruntime', 'jax-js'].includes(job.implementation),
  run: () => runJob('scan', job),
});

const gmsr = (
  section: Section,
  height: number,
  width: number,
  threads: number,
  extra: Partial<NetworkJob> = {},
): Case => ({
  section,
  name: extra.relaxed === true ? 'Prismamba, relaxed SIMD' : 'Prismamba',
  size: `${height}x${width}`,
  threads,
  ours: true,
  run: () =>
    runJob('network', { model: 'gmsr-net', mode: 'forward', height, width, threads, repeats: 3, ...extra }),
});

const torch = (
  section: Section,
  scanName: string,
  size: string,
  mode: 'forward' | 'train',
  threads = 1,
): Case => ({
  section,
  name: `PyTorch, ${scanName === 'no-scan' ? 'the scan left out' : scanName.replace('-', ' ')}`,
  size,
  threads,
  ours: false,
  slow: true,
  run: () =>
    runTorch({ model: 'gmsr-net', scan: scanName, size, mode, batch: mode === 'train' ? 2 : 1, threads }),
});

/** A training step of any network, ours and in PyTorch, with both cores. */
const trainingStep = (key: string, batch: number, size: number): Case[] => {
  const at = { size: `${batch} x ${size}x${size}`, section: 'steps', threads: 2 } as const;
  const ours = { model: key, mode: 'train', height: size, width: size, batch, threads: 2 } as const;
  return [
    {
      ...at,
      name: key,
      ours: true,
      run: () => runJob('network', { ...ours, tensorflowThreads: 2, repeats: 3 }),
    },
    {
      ...at,
      name: `${key} in PyTorch (our script)`,
      ours: false,
      slow: true,
      run: () => runTorch({ model: key, size: `${size}x${size}`, mode: 'train', batch, threads: 2 }),
    },
  ];
};

const batch = (size: number, count: number, augment: BatchesJob['augment'], name: string): Case => ({
  section: 'batches',
  name,
  size: `${count} x ${size}x${size}`,
  threads: 1,
  ours: true,
  run: () => runJob('batches', { size, batch: count, augment }),
});

/** Networks whose whole map at 482x512 does not fit into the 4 GB of WASM memory, and the tile that does. */
const TILED: Readonly<Record<string, number>> = { 'hscnn-plus': 256 };

const model = (key: string): Case => ({
  section: 'models',
  name: TILED[key] === undefined ? key : `${key}, in tiles of ${TILED[key]}`,
  size: key === 'mscnn' ? '480x512' : '482x512',
  threads: 2,
  ours: true,
  slow: true,
  run: () =>
    runJob('network', {
      model: key,
      mode: 'forward',
      height: key === 'mscnn' ? 480 : 482,
      width: 512,
      threads: 2,
      tensorflowThreads: 2,
      ...(TILED[key] !== undefined && { tile: TILED[key] }),
    }),
});

/** Networks with scans: their two ONNX forms are not the same operators. */
const WITH_SCANS: readonly string[] = ['gmsr-net', 'm3sr'];

/** A tile of 256 x 256, as `prismamba reconstruct` gives it to each engine; in PyTorch where we have a script of the network. */
const engines = (key: string): Case[] => {
  const at = { section: 'engines', size: '256x256', threads: 2, slow: true } as const;
  const job = { model: key, mode: 'forward', height: 256, width: 256, threads: 2, repeats: 3 } as const;
  return [
    { ...at, name: key, ours: true, run: () => runJob('network', { ...job, tensorflowThreads: 2 }) },
    {
      ...at,
      name: `${key} in onnxruntime-node`,
      ours: false,
      run: () => runJob('network', { ...job, engine: 'onnxruntime' }),
    },
    ...(WITH_SCANS.includes(key)
      ? [
          {
            ...at,
            name: `${key} in onnxruntime-node, opset 27`,
            ours: false,
            run: () => runJob('network', { ...job, engine: 'onnxruntime', opset: 27 }),
          },
        ]
      : []),
    {
      ...at,
      name: `${key} in PyTorch (our script)`,
      ours: false,
      run: () => runTorch({ model: key, size: '256x256', threads: 2, repeats: 3 }),
    },
  ];
};

/** From a single token on, where copying could cost more than it saves; composed gradients of longer scans want 10 GB. */
const NATIVE_LENGTHS = [1, 64, 1024, 4096] as const;

const native: readonly Case[] = SCAN_OPERATORS.flatMap((operator) =>
  (['forward', 'gradient'] as const).flatMap((direction) =>
    NATIVE_LENGTHS.map((length) => ({
      section: 'native' as const,
      name: direction === 'forward' ? operator : `${operator}, forward and gradient`,
      size: length === 1 ? '1 token' : `${length} tokens`,
      threads: 2,
      ours: true,
      run: () => runNativeJob({ operator, direction, length, threads: 2 }),
    })),
  ),
);

const networks = [
  'gmsr-net',
  'm3sr',
  'agd-net',
  'mst-plus-plus',
  'hscnn-plus',
  'hrnet',
  'mscnn',
  'hsrnet',
  'repcpsi',
  'awan',
  'hdnet',
  'edsr',
] as const;

const operators: readonly [name: string, operator: NonNullable<ScanJob['operator']>][] = [
  ['selectiveScan', 'selectiveScan'],
  ['ss2dScan (projections, four directions, merge)', 'ss2dScan'],
  ['ssdScan', 'ssdScan'],
];

/** Every case, in the order of the page. */
export function allCases(): Case[] {
  const calibration = (relaxed: boolean): Case => ({
    section: 'roofline',
    name: relaxed ? 'relaxed SIMD (fused multiply-add)' : 'SIMD128',
    size: '-',
    threads: 1,
    ours: true,
    run: () => runJob('calibrate', { relaxed }),
  });
  return [
    calibration(false),
    calibration(true),
    ...operators.flatMap(([name, operator]) => [
      scan(`${name}, SIMD128`, { implementation: 'simd', operator, length: 16384 }),
      scan(`${name}, relaxed SIMD`, { implementation: 'relaxed', operator, length: 16384 }),
      scan(`${name}, forward and gradient`, {
        implementation: 'simd',
        operator,
        direction: 'gradient',
        length: 16384,
      }),
      scan(`${name}, two threads`, { implementation: 'simd', operator, length: 65536, threads: 2 }),
    ]),
    scan('selectiveScan on plain arrays, copies included', { implementation: 'arrays', length: 16384 }),
    scan('selectiveScan, composed TensorFlow.js operators, CPU backend', {
      implementation: 'composed-cpu',
      length: 1024,
      repeats: 1,
    }),
    scan('onnxruntime-node, operator Scan', { implementation: 'onnxruntime', length: 4096 }),
    scan('@jax-js/jax on WASM, parallel scan', { implementation: 'jax-js', length: 4096, repeats: 3 }),
    gmsr('forward', 482, 512, 1),
    gmsr('forward', 482, 512, 1, { relaxed: true }),
    gmsr('forward', 482, 512, 2),
    torch('forward', 'no-scan', '482x512', 'forward'),
    torch('forward', 'scripted-loop', '482x512', 'forward'),
    gmsr('forward', 128, 128, 1),
    torch('forward', 'scripted-loop', '128x128', 'forward'),
    torch('forward', 'unbound-loop', '128x128', 'forward'),
    torch('forward', 'parallel-scan', '128x128', 'forward'),
    gmsr('training', 128, 128, 1, { mode: 'train', batch: 2 }),
    gmsr('training', 128, 128, 2, { mode: 'train', batch: 2 }),
    torch('training', 'no-scan', '128x128', 'train'),
    torch('training', 'scripted-loop', '128x128', 'train'),
    torch('training', 'parallel-scan', '128x128', 'train'),
    gmsr('training', 64, 64, 1, { mode: 'train', batch: 2 }),
    torch('training', 'parallel-scan', '64x64', 'train'),
    ...trainingStep('gmsr-net', 8, 32),
    ...trainingStep('gmsr-net', 2, 128),
    ...trainingStep('m3sr', 1, 128),
    ...trainingStep('agd-net', 1, 128),
    ...(
      [
        [32, 8],
        [128, 2],
      ] as const
    ).flatMap(([size, count]) => [
      batch(size, count, 'none', 'cut'),
      batch(size, count, 'rotate-flip', 'cut, turned and flipped'),
      batch(size, count, 'photo', 'cut, seen by a drawn camera (noise, JPEG), turned and flipped'),
    ]),
    gmsr('growth', 256, 256, 2),
    gmsr('growth', 512, 512, 2),
    gmsr('growth', 1024, 1024, 2),
    ...networks.map(model),
    ...(['m3sr', 'agd-net'] as const).map((key): Case => ({
      section: 'models',
      name: `${key} in PyTorch (our script)`,
      size: '482x512',
      threads: 2,
      ours: false,
      slow: true,
      run: () => runTorch({ model: key, size: '482x512', threads: 2 }),
    })),
    ...networks.flatMap(engines),
    ...native,
  ];
}
