import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FuzzedReader } from '@prismamba/testing/fuzz';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { loadExperiment } from '../config/load-experiment.js';
import { findExperiment } from '../config/shipped.js';
import { resolvedConfig } from '../config/resolved-config.js';
import { loadTable, tablesFolder } from '../tables/load-table.js';
import { UserError } from '../user-error.js';

const bytes = (text: string) => new TextEncoder().encode(text);

/** Settings that are computed, named twice, taken from other files. */
const computed = `extends: quickstart
name: small
seed: '= 3 * (data.synthetic.test + 1)'
data: { use: cave, validation: &two 2 }
model: m3sr
training:
  batch_size: *two
  clip_norm: '= 4e-4 * sqrt(batch_size) ^ 2'
  schedule: { use: mst-plus-plus, learning_rate: = min(1, 2) / 1e3 }
  loss: { l1: 1, charbonnier: { weight: 1, epsilon: 1e-4 } }
baselines: [{ name: mean-spectrum }]
`;

const TOKENS = [
  ...[
    '&a ',
    '*a',
    '*two',
    '<<: ',
    '__proto__: {a: 1}\n',
    'constructor: 1\n',
    '? [a]\n',
    '!!js/function ',
    '--- ',
    '%YAML 1.1\n',
  ],
  ...[
    '= ones(100000,100000)',
    '= map(range(0,1e9), sqrt)',
    '= format(1,{precision:1e8})',
    '= seed + 1',
    '= 1e999',
    '= 170!',
  ],
  ...[
    '1e999',
    '-1',
    '0',
    '.nan',
    '.inf',
    '~',
    '9007199254740993',
    '1e6',
    '""',
    "'",
    '"',
    '[',
    ']',
    '{',
    '}',
    ': ',
    ', ',
    '\\n  ',
  ],
  ...['extends: [', 'extends: ../../etc/passwd\n', 'use: ', 'steps', 'epochs', '\t', '#', '\u0000', '\ud7ff'],
];

/** Every error of an experiment file says where: `file:line:column`. */
function allow(error: unknown): void {
  if (!(error instanceof UserError)) throw error;
  if (!/fuzz\.yaml(:\d+:\d+)?: /.test(error.message)) {
    throw new Error(`an error that names no place: ${error.message}`, { cause: error });
  }
}

/** Readers of YAML by name. */
export const fuzzedReaders: Readonly<Record<string, FuzzedReader>> = {
  'experiment YAML': {
    seeds: [bytes(computed), readFileSync(findExperiment('quickstart'))],
    tokens: TOKENS,
    read: async (mutated, folder) => {
      const file = join(folder, 'fuzz.yaml');
      writeFileSync(file, mutated);
      const { config } = await loadExperiment(file);
      // What was understood is what a run writes down, and reads when it is resumed.
      writeFileSync(file, stringify(resolvedConfig(config)));
      expect((await loadExperiment(file)).config).toEqual(config);
    },
    allow,
  },
  'table YAML': {
    seeds: [readFileSync(join(tablesFolder(), 'gmsr-net-1.yaml'))],
    tokens: TOKENS,
    read: (mutated, folder) => {
      const file = join(folder, 'fuzz.yaml');
      writeFileSync(file, mutated);
      loadTable(file);
    },
    allow,
  },
};
