import { describe, expect, it } from 'vitest';
import { loadExperiment } from '../config/load-experiment.js';
import { overridesOf } from '../commands/options.js';
import type { RunSummary } from '../run/run-summary.js';
import type { ModelScores } from '../run/score-table.js';
import type { FinishedRun } from './read-run.js';
import { reportPage } from './report-page.js';

const none = { loss: undefined, bands: undefined, spectra: new Map(), means: new Map(), grids: new Map() };
const SCENES = ['beads', 'clay', 'feathers', 'flowers', 'pompoms', 'stuffed_toys'];

/** PSNR of each scene: 30 dB and what the scene adds. */
const model = (title: string, gains: readonly number[]): ModelScores => {
  const scores = gains.map((gain) => ({ standard: { PSNR: 30 + gain } }));
  const sum = scores.reduce((total, { standard }) => total + standard.PSNR, 0);
  return {
    model: title,
    title,
    parameters: 1,
    mean: { standard: { PSNR: sum / scores.length } },
    scenes: scores.map((each, i) => ({ scene: SCENES[i]!, seconds: 1, scores: each })),
  };
};

/** The words of the report of a shipped experiment, run with the options of `prismamba train`. */
async function reportOf(
  name: string,
  options: { readonly data?: string; readonly split?: string; readonly set?: readonly string[] },
  models: readonly ModelScores[] = [],
): Promise<string> {
  const { config, overrides } = await loadExperiment(name, overridesOf({ set: [], ...options }));
  const summary: RunSummary = {
    ...{ title: config.title, about: config.about, command: config.command, expected: config.expected },
    ...{ overrides, model: 'GMSR-Net', parameters: 44_980, data: 'the data', rgb: config.data.rgb },
    ...{ synthetic: options.data === undefined && config.data.source === 'synthetic' },
    split: { name: 'split', train: ['jelly_beans'], test: SCENES },
    ...{ patches: '', steps: 1, batchSize: 1, seed: 1, loss: 'l1', prediction: 'whole', notes: [] },
    protocols: [{ name: 'standard', title: 'Standard', notes: [] }],
    ...{ trainingSeconds: 1, weights: 'the last of the training' },
    environment: {
      ...{ prismamba: '0.1.0', commit: null, node: 'v20', tensorflowjs: '4.22.0' },
      backend: { name: 'cpu', reason: 'for the test', threads: 1, tensorflowThreads: 1 },
      machine: { system: 'Linux', cpu: 'one', cores: 1, memoryGiB: 1 },
    },
  };
  const run: FinishedRun = { folder: 'run', summary, models, steps: [], scenes: [], bandErrors: [] };
  return reportPage(run, none).text.replace(/\s+/g, ' ');
}

describe('what a report says of its experiment', () => {
  it('on its own data: its text, its expectation, and that the scenes are synthetic', async () => {
    const text = await reportOf('quickstart', {});
    expect(text).toContain('On the synthetic scenes a run of these settings gave');
    expect(text).toContain('images made by a program, none of them a photograph');
  });

  it('on CAVE nothing of synthetic scenes', async () => {
    const text = await reportOf('quickstart', { data: '/data/cave' });
    expect(text).not.toMatch(/synthetic scenes|made by a program/i);
    expect(text).toContain(
      'other data than its experiment was written for (data.folder=/data/cave, data.source=auto)',
    );
  });

  it('naming the folder and split that the command of an experiment asks for changes nothing', async () => {
    const cave = await reportOf('cave/gmsr-net', { data: '/data/cave' });
    expect(cave).not.toContain('other data than');
    expect(cave).toContain('Expectation written down before the run');
    const split = await reportOf('cave/gmsr-net', { data: '/data/cave', split: 'mine.json' });
    expect(split).toContain('written for (data.split=mine.json)');
  });
});

describe('bold in the score table', () => {
  /** Title of the bold column, if one is. */
  async function bold(...models: readonly ModelScores[]): Promise<string | undefined> {
    const text = await reportOf('quickstart', {}, models);
    const [, row] = /<td>PSNR \(higher is better\)<\/td>(.*?)<\/tr>/.exec(text)!;
    const cells = [...row!.matchAll(/<td class="number( best)?">/g)];
    const found = cells.flatMap(([, best], i) => (best === undefined ? [] : [models[i]!.title]));
    expect(found.length).toBeLessThan(2);
    return found[0];
  }

  it('is the best mean where every scene agrees, and nothing where the scenes do not or are too few', async () => {
    const level = model('level', [0, 0, 0, 0, 0, 0]);
    expect(await bold(level, model('better', [1, 2, 3, 1, 2, 3]))).toBe('better');
    expect(await bold(level, model('by one scene', [12, -1, -1, -1, -1, -1]))).toBeUndefined();
    expect(await bold(model('level', [0, 0, 0, 0]), model('few', [1, 2, 3, 4]))).toBeUndefined();
  });
});
