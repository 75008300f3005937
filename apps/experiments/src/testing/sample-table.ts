import type { TableMetric, TableResult, TableRow, TableRun } from '../tables/table-result.js';

const metrics: TableMetric[] = [
  {
    name: 'PSNR',
    label: 'PSNR (dB)',
    better: 'larger',
    digits: 2,
    protocol: 'standard',
    column: 'PSNR',
    printed: true,
  },
  {
    name: 'MRAE',
    label: 'MRAE',
    better: 'smaller',
    digits: 4,
    protocol: 'standard',
    column: 'MRAE',
    printed: false,
  },
];
const SCENES = ['beads', 'clay', 'feathers', 'flowers', 'pompoms', 'stuffed_toys'];

/** Scores that follow from the level: no two scenes and seeds alike, the order of the rows the same in every scene. */
function runOf(level: number, seed: number): TableRun {
  const scoresAt = (k: number) => {
    const psnr = 28 + level + k / 3 + seed / 10;
    return { standard: { PSNR: psnr, MRAE: 3 / psnr } };
  };
  const all = SCENES.map((id, k) => ({ id, scores: scoresAt(k) }));
  const mean = (column: 'PSNR' | 'MRAE') =>
    all.reduce((sum, { scores }) => sum + scores.standard[column], 0) / all.length;
  return {
    seed,
    identity: `${level}${seed}`.padEnd(64, 'a'),
    folder: `runs/sample/${level}-${seed}`,
    steps: 40,
    seconds: 12,
    weights: 'best on validation scenes',
    commit: 'c0ffee00c0ffee00',
    scores: { standard: { PSNR: mean('PSNR'), MRAE: mean('MRAE') } },
    scenes: all,
    curve: Array.from({ length: 40 }, (_, i) => ({
      step: i + 1,
      loss: (0.3 + level / 20) / (i + 1),
      ...(i % 10 === 9 ? { validation: 20 + i / 5 + level } : {}),
    })),
  };
}

function rowOf(name: string, level: number, paper: number): TableRow {
  const runs = [1, 2].map((seed) => runOf(level, seed));
  const by = (reduce: (a: number, b: number) => number) =>
    Object.fromEntries(
      metrics.map(({ name: metric, column }) => {
        const [a, b] = runs.map(({ scores }) => scores['standard']![column]!);
        return [metric, reduce(a!, b!)];
      }),
    );
  return {
    name,
    label: `${name} blocks of the network`,
    differs: 'number of blocks',
    experiment: 'quickstart',
    settings: [`model.options.d_state=${level + 1}`],
    parameters: 40_000 * (1 + 3 * level),
    gmacs: 5 * (1 + level),
    paper: { PSNR: paper },
    comparable: false,
    runs,
    mean: by((a, b) => (a + b) / 2),
    spread: by((a, b) => Math.abs(a - b) / Math.SQRT2),
    missing: [],
  };
}

/** A computed table of three rows, two seeds and six scenes, the last row the best. For tests. */
export function sampleTable(): TableResult {
  return {
    format: 'prismamba table 1',
    table: 'sample',
    title: 'A sample <table>',
    about: 'For tests.',
    paper: { title: 'A paper', table: 'Table IX', misprints: ['a header is wrong'] },
    profile: 'mini',
    command: 'prismamba reproduce sample --profile mini',
    caveats: ['a caveat'],
    data: [
      {
        description: 'scenes of a test',
        synthetic: false,
        rgb: 'ntire2020-clean',
        split: { name: 'split.json', train: ['balloons'], validation: ['glass'], test: SCENES },
        checksum: 'd'.repeat(64),
      },
    ],
    protocol: {
      prediction: 'whole',
      metrics: [{ name: 'standard', title: 'the definitions of the field', notes: [] }],
    },
    commit: 'c0ffee00c0ffee00',
    seeds: [1, 2],
    groups: [],
    complexityAt: { height: 482, width: 512 },
    metrics,
    rows: [rowOf('one', 0, 39), rowOf('two', 1, 41), rowOf('three', 2, 40)],
    complete: true,
    conclusion: 'More blocks are better here.',
  };
}
