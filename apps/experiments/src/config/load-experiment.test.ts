import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { loadExperiment } from './load-experiment.js';
import { groups } from './load-layers.js';
import { shippedExperiments, shippedFolder } from './shipped.js';
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

/** The shipped files of a group. */
function namesOf(group: string): string[] {
  const inside = join(shippedFolder(), 'groups', group);
  return existsSync(inside) ? readdirSync(inside).map((file) => file.replace('.yaml', '')) : [];
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
      "FILE:12:9: training.loss: 'L2' is not one of 'l1', 'mse', 'mrae', 'charbonnier', 'sam', 'agd-rank-released', 'agd-rank-intended', 'agd-degradation', did you mean 'mse'?",
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
      "FILE:10:13: training.duration: 10 what: steps or epochs? Write '10 steps' or '10 epochs'",
    ],
    [
      'the misspelled key, not of the one that is therefore missing',
      base.replace('duration:', 'durration:'),
      "FILE:10:3: training.durration: unknown key, did you mean 'duration'?",
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
      /^FILE:12:14: training\.clip_norm: cannot compute '= import\("fs"\)': function 'import' is not available in an experiment file; those that are: abs, /,
    ],
    [
      'an expression that fills the memory',
      `${base}  clip_norm: = max(map(range(0, 1e9), f(x) = x))\n`,
      /^FILE:12:14: training\.clip_norm: .*: function 'map' is not available/,
    ],
    [
      'an expression with a text of any length',
      `${base}  clip_norm: "= format(1, { precision: 1e8 })"\n`,
      /^FILE:12:14: training\.clip_norm: .*: function 'format' is not available/,
    ],
    [
      'an expression that loops',
      `${base}  clip_norm: = 100000000!\n`,
      /^FILE:12:14: training\.clip_norm: .*: operator '!' is not available/,
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

describe('files that build on others', () => {
  const placed = async (text: string, ...overrides: string[]) => {
    const path = write(text);
    const error: unknown = await loadExperiment(path, overrides.map(parseOverride)).catch((e: unknown) => e);
    if (!(error instanceof Error)) throw new Error('it was accepted');
    return error.message.replaceAll(folder, 'DIR');
  };
  const name = (path: string) => path.slice(folder.length + 1);

  it('extends: the later file counts, key by key; lists are replaced', async () => {
    const first = name(
      write(
        `${base}  schedule: { name: cosine, learning_rate: 1e-3 }\nbaselines: [{ name: mean-spectrum }]\n`,
      ),
    );
    const second = name(
      write(`extends: ${first}\ntraining: { schedule: { learning_rate: 2e-3 } }\nseed: 4\n`),
    );
    const { config } = await loadExperiment(
      write(`extends: ${second}\nbaselines: []\ntraining: { batch_size: 5 }\n`),
    );
    expect(config.training.schedule).toMatchObject({ name: 'cosine', learning_rate: 2e-3 });
    expect([config.seed, config.training.batch_size, config.baselines]).toEqual([4, 5, []]);
  });

  it('several bases, and a shipped one by name', async () => {
    const tuned = name(write('training: { clip_norm: 2 }\n'));
    const { config } = await loadExperiment(write(`extends: [quickstart, ${tuned}]\nname: mine\n`));
    expect(config.name).toBe('mine');
    expect(config.training).toMatchObject({ batch_size: 8, clip_norm: 2 });
  });

  it('names the file in which a wrong value stands', async () => {
    const first = name(write(base.replace('batch_size: 2', 'batch_size: two')));
    expect(await placed(`extends: ${first}\nseed: 3\n`)).toBe(
      `DIR/${first}:11:15: training.batch_size: 'two' is no number`,
    );
    expect(await placed(`extends: ${first}\ntraining:\n  batch_size: three\n`)).toMatch(
      /^DIR\/e\d+\.yaml:3:15: training\.batch_size: 'three'/,
    );
  });

  it('refuses a circle, a base that is missing, and one that is no name', async () => {
    const [a, b] = [join(folder, 'a.yaml'), join(folder, 'b.yaml')];
    writeFileSync(a, 'extends: b\n');
    writeFileSync(b, 'extends: a\n');
    await expect(loadExperiment(a)).rejects.toThrow(
      /b\.yaml:1:10: extends: goes in a circle: a\.yaml -> b\.yaml -> a\.yaml/,
    );
    writeFileSync(a, 'extends: a\n');
    await expect(loadExperiment(a)).rejects.toThrow(/a\.yaml -> a\.yaml/);
    expect(await placed('extends: quickstrat\n')).toMatch(
      /extends: there is no experiment file 'quickstrat'.*'quickstart'/,
    );
    expect(await placed('extends: 3\n')).toMatch(/extends: wanted the name of an experiment/);
  });

  it('groups: by name, with keys on top, by --set, and of the own folder first', async () => {
    const plain = `extends: quickstart\ndata: cave\nevaluation: { use: gmsr-official, dark_threshold: 0.1 }\nmodel: m3sr\n`;
    const { config } = await loadExperiment(write(plain), [parseOverride('data.validation=2')]);
    expect(config.data).toMatchObject({
      source: 'cave',
      split: 'gmsr-cave',
      rgb: 'ntire2020-clean',
      validation: 2,
    });
    expect(config.data.synthetic.train, 'nothing is left of what the group replaces').toBe(24);
    expect(config.evaluation).toMatchObject({
      protocols: ['gmsr-official', 'standard'],
      dark_threshold: 0.1,
    });
    expect(config.model).toMatchObject({ name: 'm3sr', options: {} });

    const set = ['training.optimizer=adamw', 'training.schedule=mst-plus-plus', 'training.batch_size=3'].map(
      parseOverride,
    );
    const { training } = (await loadExperiment('quickstart', set)).config;
    expect(training.optimizer).toMatchObject({ name: 'adamw', exempt: 'norms' });
    expect(training.schedule).toMatchObject({ name: 'cosine', minimum: 1e-6 });
    expect(training.batch_size).toBe(3);

    mkdirSync(join(folder, 'groups', 'data'), { recursive: true });
    writeFileSync(join(folder, 'groups', 'data', 'mine.yaml'), 'source: synthetic\nrgbb: 3\n');
    expect(await placed('extends: quickstart\ndata: mine\n')).toBe(
      "DIR/groups/data/mine.yaml:2:1: data.rgbb: unknown key, did you mean 'rgb'?",
    );
    expect(await placed('extends: quickstart\ndata: cavee\n')).toMatch(
      /e\d+\.yaml:2:7: data: there is no group 'cavee' of data, did you mean 'cave'\?/,
    );
  });

  it.each(groups.flatMap(({ group, path }) => namesOf(group).map((one) => [group, one, path] as const)))(
    'the shipped group %s: %s is valid',
    async (_, one, path) => {
      const { config } = await loadExperiment('quickstart', [parseOverride(`${path.join('.')}=${one}`)]);
      expect(config.name).toBe('quickstart');
    },
  );

  it('expressions see numbers beside them, around them and anywhere, expressions too', async () => {
    const text = `${base}  schedule: { learning_rate: '= 4e-4 * batch_size / 32' }\n  clip_norm: '= 10 * schedule.learning_rate'\nseed: '= training.batch_size + 1'\n`;
    const { config } = await loadExperiment(write(text), [parseOverride('training.batch_size=64')]);
    expect(config.training.schedule.learning_rate).toBeCloseTo(8e-4, 12);
    expect(config.training.clip_norm).toBeCloseTo(8e-3, 12);
    expect(config.seed).toBe(65);
    expect(await placed(`${base}seed: '= seed + 1'\n`)).toMatch(/seed: '= seed \+ 1' needs itself/);
    expect(await placed(`${base}seed: '= sed + 1'\n`)).toMatch(
      /cannot compute '= sed \+ 1': Undefined symbol sed/,
    );
  });
});
