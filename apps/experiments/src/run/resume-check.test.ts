import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadExperiment } from '../config/load-experiment.js';
import { parseOverride } from '../config/overrides.js';
import type { Environment } from './environment.js';
import { checkResumedConfig, checkResumedEnvironment } from './resume-check.js';

async function resumeWith(...sets: string[]): Promise<void> {
  const was = await loadExperiment('quickstart');
  const asked = await loadExperiment('quickstart', sets.map(parseOverride));
  checkResumedConfig('runs/a', was.config, asked.config);
}

describe('checkResumedConfig', () => {
  it.each([
    ['seed=9', 'seed: was 1, asked 9'],
    ['model.name=m3sr', 'model.name: was "gmsr-net", asked "m3sr"'],
    ['training.duration=400 steps', 'training.duration: was "300 steps", asked "400 steps"'],
    ['training.clip_norm=1', 'training.clip_norm: was not set, asked 1'],
    ['training.optimizer.epsilon=1e-7', 'training.optimizer.epsilon: was 1e-8, asked 1e-7'],
    ['data.synthetic.seed=2', 'data.synthetic.seed: was 1, asked 2'],
    ['patches.augment=rotate-flip', 'patches.augment: was "none", asked "rotate-flip"'],
    ['evaluation.self_ensemble=8', 'evaluation.self_ensemble: was 1, asked 8'],
    ['baselines=[]', 'baselines: was [{"name":"polynomial-regression"'],
  ])('refuses --set %s', async (set, line) => {
    await expect(resumeWith(set)).rejects.toThrow(line);
  });
  it('names every changed key, and no other', async () => {
    await expect(resumeWith('seed=9', 'title=Other', 'patches.size=16')).rejects.toThrow(
      /neither:\n {2}seed: was 1, asked 9\n {2}patches.size: was 32, asked 16\nLeave/,
    );
  });
  it.each([
    'title=Other',
    'cost=an hour',
    'report.scenes=1',
    'threads=2',
    'data.cache.memory=1 GB',
    'logging.tensorboard=true',
    'training.detect_anomaly=true',
    'training.checkpoint_every=50 steps',
    'seed=1',
  ])('lets --set %s go on', async (set) => {
    await expect(resumeWith(set)).resolves.toBeUndefined();
  });
});

it('--allow-changed lets a changed run go on, and names what changed', async () => {
  const was = (await loadExperiment('quickstart')).config;
  const asked = (await loadExperiment('quickstart', [parseOverride('seed=9')])).config;
  expect(checkResumedConfig('runs/a', was, asked, true)).toEqual(['seed: was 1, asked 9']);
});

describe('checkResumedEnvironment', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'resume-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const environment = (backend: string, tensorflowjs = '4.22.0') =>
    ({
      prismamba: '0.1.0',
      commit: null,
      node: 'v20.20.0',
      tensorflowjs,
      backend: { name: backend, reason: 'asked for', threads: 1, tensorflowThreads: 1 },
      machine: { system: 'a', cpu: 'b', cores: 1, memoryGiB: 1 },
    }) satisfies Environment;
  const ran = (backend: string) =>
    writeFileSync(join(folder, 'environment.json'), JSON.stringify(environment(backend)));

  it('refuses another backend and says which to name', () => {
    ran('wasm');
    expect(() => checkResumedEnvironment(folder, environment('cpu'))).toThrow(
      /was "wasm", is now "cpu".*\n.*--backend wasm/,
    );
  });
  it('says when a version changed, and nothing when none did', () => {
    ran('wasm');
    expect(checkResumedEnvironment(folder, environment('wasm'))).toBe('');
    expect(checkResumedEnvironment(folder, environment('wasm', '4.23.0'))).toMatch(
      /tensorflowjs was 4\.22\.0 and is 4\.23\.0; bits may differ/,
    );
  });
  it('refuses a folder that does not say on what it ran', () => {
    expect(checkResumedEnvironment(folder, environment('wasm'))).toBe(''); // killed before the first step
    mkdirSync(join(folder, 'checkpoints'));
    expect(() => checkResumedEnvironment(folder, environment('wasm'))).toThrow(/no environment\.json/);
  });
});
