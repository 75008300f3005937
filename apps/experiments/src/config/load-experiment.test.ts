import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { loadExperiment, shippedExperiments } from './load-experiment.js';
import { parseOverride } from './overrides.js';
import { resolvedConfig } from './resolved-config.js';

const folder = mkdtempSync(join(tmpdir(), 'experiments-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function write(text: string): string {
  const path = join(folder, `e${files++}.yaml`);
  writeFileSync(path, text);
  return path;
}

const base = `name: small
title: A small one
about: For a test
command: none
cost: nothing
expected: nothing
model:
  name: gmsr-net
training:
  duration: 10 steps
  batch_size: 2
`;

const failure = async (text: string, ...overrides: string[]) => {
  const file = write(text);
  const error: unknown = await loadExperiment(file, overrides.map(parseOverride)).catch((e: unknown) => e);
  if (!(error instanceof Error)) throw new Error('it was accepted');
  return error.message.replace(file, 'FILE');
};

describe('loadExperiment', () => {
  it('fills in every default', async () => {
    const { config } = await loadExperiment(write(base));
    expect(config.training.duration).toEqual({ count: 10, unit: 'steps' });
    expect(config.training.optimizer).toMatchObject({ name: 'adam', betas: 'code', epsilon: 1e-8 });
    expect(config.evaluation).toMatchObject({ protocols: ['standard'], prediction: { name: 'whole' } });
    expect(config.data.source).toBe('synthetic');
  });

  it('what it resolves to reads back as the same', async () => {
    const { config } = await loadExperiment(write(`${base}  schedule: { length: 1e8 steps }\n`));
    const text = stringify(resolvedConfig(config));
    expect(text).toContain('duration: 10 steps');
    expect((await loadExperiment(write(text))).config).toEqual(config);
  });

  it.each([
    [
      'an unknown key',
      `${base}  batchsize: 3\n`,
      "FILE:12:3: training.batchsize: unknown key, did you mean 'batch_size'?",
    ],
    ['an unknown key at the top', `${base}sed: 3\n`, "FILE:12:1: sed: unknown key, did you mean 'seed'?"],
    [
      'an unknown key in a list',
      `${base}baselines:\n  - name: x\n    option: {}\n`,
      "FILE:14:5: baselines.0.option: unknown key, did you mean 'options'?",
    ],
    [
      'a wrong word',
      `${base}  loss: L2\n`,
      "FILE:12:9: training.loss: 'L2' is not one of 'l1', 'mse', 'mrae', 'charbonnier', 'sam', 'agd-rank-released', 'agd-rank-intended', 'agd-degradation', did you mean 'l1'?",
    ],
    [
      'a wrong name among several',
      `${base}  loss: { l1: 1, sammm: 0.1 }\n`,
      "FILE:12:18: training.loss.sammm: unknown key, did you mean 'sam'?",
    ],
    [
      'a wrong setting of one of several',
      `${base}  loss: { l1: { weight: 1, epsilonn: 1 } }\n`,
      "FILE:12:28: training.loss.l1.epsilonn: unknown key, did you mean 'epsilon'?",
    ],
    [
      'a wrong kind',
      base.replace('batch_size: 2', 'batch_size: two'),
      "FILE:11:15: training.batch_size: 'two' is no number",
    ],
    ['a missing key', base.replace('title: A small one\n', ''), 'FILE:1:1: title: is missing, wanted string'],
    [
      'a duration without unit',
      base.replace('10 steps', '10'),
      'FILE:10:13: training.duration: 10 is no string',
    ],
    [
      'a duration with another unit',
      base.replace('10 steps', '10 parsecs'),
      "FILE:10:13: training.duration: '10 parsecs' is no duration; write a whole number with its unit, such as '400 steps' or '100 epochs'",
    ],
    ['a syntax error', `${base}  loss: [l1\n`, /^FILE:1[23]:\d+: /],
    ['a key twice', `${base}name: again\n`, /^FILE:12:1: Map keys must be unique/],
    [
      'an expression that reads',
      `${base}  clip_norm: = import("fs")\n`,
      "FILE:12:14: training.clip_norm: cannot compute '= import(\"fs\")': function 'import' is not available in an experiment file",
    ],
    [
      'an expression that is no number',
      `${base}  clip_norm: = [1, 2]\n`,
      /FILE:12:14: training\.clip_norm: cannot compute '= \[1, 2\]'/,
    ],
  ])('names the place of %s', async (_, text, message) => {
    const got = await failure(text);
    if (typeof message === 'string') expect(got).toBe(message);
    else expect(got).toMatch(message);
  });

  it('computes expressions', async () => {
    const { config } = await loadExperiment(
      write(`${base}  schedule: { learning_rate: "= 4e-4 * sqrt(4)" }\n`),
    );
    expect(config.training.schedule.learning_rate).toBeCloseTo(8e-4, 12);
  });

  it.each(['parse("1")', 'evaluate("1")', 'createUnit("x")', 'compile("1")', 'simplify("x")'])(
    'does not offer %s',
    async (call) => {
      expect(await failure(`${base}  clip_norm: '= ${call}'\n`)).toContain(
        'is not available in an experiment file',
      );
    },
  );

  it('takes --set, and names it where it is wrong', async () => {
    const { config } = await loadExperiment(
      write(base),
      ['training.batch_size=4', 'report.wavelengths=[500, 600]', 'training.clip_norm== 1 / 4'].map(
        parseOverride,
      ),
    );
    expect(config.training.batch_size).toBe(4);
    expect(config.training.clip_norm).toBe(0.25);
    expect(config.report.wavelengths).toEqual([500, 600]);
    expect(await failure(base, 'training.batch_sise=4')).toBe(
      "--set training.batch_sise=4: training.batch_sise: unknown key, did you mean 'batch_size'?",
    );
    expect(await failure(base, 'training.batch_size=x')).toContain(
      "--set training.batch_size=x: training.batch_size: 'x' is no number",
    );
    expect(await failure(base, 'title.x=1')).toContain("'title' is a single value");
    expect(() => parseOverride('nothing')).toThrow('wanted PATH=VALUE');
  });

  it("checks a part of the file against a model's own schema", async () => {
    const loaded = await loadExperiment(
      write(base.replace('  name: gmsr-net', '  name: gmsr-net\n  options: { widht: 3 }')),
    );
    const schema = z.strictObject({ width: z.number().default(1) });
    expect(() => loaded.check(schema, ['model', 'options'])).toThrow(
      /:9:14: model\.options\.widht: unknown key, did you mean 'width'\?$/,
    );
  });

  it('says which experiments there are', async () => {
    expect(shippedExperiments()).toContain('quickstart');
    await expect(loadExperiment('quikstart')).rejects.toThrow(/Did you mean 'quickstart'\?/);
  });

  it.each(shippedExperiments())(
    'shipped: %s is a page with paper, command, cost and expectation',
    async (name) => {
      const { config, file } = await loadExperiment(name);
      expect(parse(stringify(resolvedConfig(config)))).toBeTruthy();
      expect(config.cost.length, file).toBeGreaterThan(10);
      expect(config.expected.length, file).toBeGreaterThan(10);
    },
  );
});
