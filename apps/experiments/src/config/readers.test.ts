import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fuzzReader } from '@prismamba/testing/fuzz';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzzedReaders } from '../testing/fuzz-experiments.js';
import { loadExperiment } from './load-experiment.js';
import { parseOverride } from './overrides.js';

// The fixed corpus: the same files in every run. `npm run test:fuzz` has 20,000 new ones a reader.
it.each(Object.entries(fuzzedReaders))(
  '%s: 40 mutated files are read or refused with their place',
  (_, reader) => fuzzReader(reader, 40, 1),
);

describe('hostile files', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'experiments-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const laughs = ['a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]'];
  for (let i = 1; i < 10; i++) {
    const before = String.fromCharCode(96 + i);
    const name = String.fromCharCode(97 + i);
    laughs.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(', ')}]`);
  }

  it.each([
    [
      'an alias that holds itself',
      'name: x\ntraining: &t\n  schedule: *t\n',
      ":3:13: the alias '*t' holds itself",
    ],
    ['an alias of nothing', 'name: x\nseed: *s\n', ":2:7: there is no anchor '&s' above this alias"],
    [
      'aliases of aliases',
      laughs.join('\n'),
      /:5:\d+: more than 20000 values, those of aliases counted as often/,
    ],
    [
      'a thousand lists in lists',
      `name: x\nseed: ${'['.repeat(1000)}${']'.repeat(1000)}`,
      /:2:57: nested more than 50 deep/,
    ],
    ['a million', `seed: ${'['.repeat(1e6)}`, ':1:57: nested more than 50 deep'],
    [
      'a key __proto__',
      'name: x\ntraining:\n  __proto__: { batch_size: 3 }\n',
      ":3:3: '__proto__' cannot be a key",
    ],
    ['a list as a key', 'name: x\n? [a, b]\n: 1\n', ':2:3: a key must be a text'],
    ['one key twice', 'name: x\nname: y\n', ':2:1: Map keys must be unique'],
    [
      'one key twice, once as a number',
      "1: x\n'1': y\n",
      ":2:1: Map keys must be unique; '1' is there twice",
    ],
    ['a code tag', 'name: !!js/function "x"\n', /:1:\d+: Unresolved tag/],
    [
      'a scene that no memory holds',
      'extends: quickstart\ndata: { synthetic: { height: 1e6 } }\n',
      ':2:30: data.synthetic.height: Too big: expected number to be <=4096',
    ],
    [
      'a list of 10,000,000,000',
      'extends: quickstart\nseed: = ones(100000,100000)\n',
      ":2:7: seed: cannot compute '= ones(100000,100000)': function 'ones' is not available",
    ],
    [
      'a loop of 1,000,000,000',
      'extends: quickstart\nseed: "= map(range(0,1e9), sqrt)"\n',
      /:2:7: seed: .*function 'map' is not available/,
    ],
    [
      'a text of 100,000,000',
      'extends: quickstart\nseed: "= format(1,{precision:1e8})"\n',
      /:2:7: seed: .*function 'format' is not available/,
    ],
    [
      'a formula of 100,000 brackets',
      `extends: quickstart\nseed: "= ${'('.repeat(1e5)}1${')'.repeat(1e5)}"\n`,
      /:2:7: seed: cannot compute '.{500} \.\.\.': /,
    ],
  ])('%s', async (_, text, message) => {
    const file = join(folder, 'hostile.yaml');
    writeFileSync(file, text);
    const error: unknown = await loadExperiment(file).catch((reason: unknown) => reason);
    const shown = (error as Error).message.slice(folder.length + 'hostile.yaml'.length + 1);
    expect(shown.length).toBeLessThan(2000);
    if (typeof message === 'string') expect(shown).toContain(message);
    else expect(shown).toMatch(message);
    expect(error).toMatchObject({ name: 'UserError' });
  });

  it('--set: the same, named by the option', () => {
    expect(() => parseOverride('training.ema=&a {b: *a}')).toThrow(
      "--set training.ema=&a {b: *a}: the value:1:8: the alias '*a' holds itself",
    );
    expect(() => parseOverride('__proto__.x=1')).toThrow("--set __proto__.x=1: '__proto__' cannot be a key");
    expect(() => parseOverride('a=[1')).toThrow(/--set a=\[1: the value:1:/);
  });
});
