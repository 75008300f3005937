import { fileURLToPath } from 'node:url';
import { formatted } from '@prismamba/testing/formatted';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { tableSchema } from './table-schema.js';

it('tables/schema.json, which editors use, is that of the code (renew it with vitest -u)', async () => {
  const schema = JSON.stringify(z.toJSONSchema(tableSchema, { io: 'input' }));
  const filepath = fileURLToPath(new URL('../../tables/schema.json', import.meta.url));
  await expect(await formatted(filepath, schema)).toMatchFileSnapshot(filepath);
});
