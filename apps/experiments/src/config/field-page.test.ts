import { fileURLToPath } from 'node:url';
import { formatted } from '@prismamba/testing/formatted';
import { expect, it } from 'vitest';
import { tableSchema } from '../tables/table-schema.js';
import { experimentSchema } from './experiment-schema.js';
import { fieldPage, fieldsOf } from './field-page.js';

it('docs/experiment-fields.md is made from the schema (renew it with vitest -u)', async () => {
  const page = fieldPage(
    'Every key of an experiment file',
    'Made from the schema that checks the files; editors read the same from `experiments/schema.json`. An unknown key is an error that names the nearest one. Which settings a model takes (`model.options`) stands on its own page in `packages/models`.',
    experimentSchema,
  );
  const filepath = fileURLToPath(new URL('../../../../docs/experiment-fields.md', import.meta.url));
  await expect(await formatted(filepath, page)).toMatchFileSnapshot(filepath);
});

it.each([
  ['experiment', experimentSchema],
  ['table', tableSchema],
])('every key of an %s file says what it means', (_, schema) => {
  const silent = fieldsOf(schema).filter(({ description = '' }) => description === '');
  expect(silent.map(({ path }) => path)).toEqual([]);
});
