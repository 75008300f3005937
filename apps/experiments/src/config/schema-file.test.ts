import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { experimentSchema } from './experiment-schema.js';

it('experiments/schema.json, which editors use, is that of the code (renew it with vitest -u)', async () => {
  const schema = JSON.stringify(z.toJSONSchema(experimentSchema, { io: 'input' }));
  const filepath = fileURLToPath(new URL('../../experiments/schema.json', import.meta.url));
  const text = await format(schema, { ...(await resolveConfig(filepath)), filepath });
  await expect(text).toMatchFileSnapshot(filepath);
});
