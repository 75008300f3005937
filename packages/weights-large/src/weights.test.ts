import { expect, it } from 'vitest';
import { weights } from './index.js';

it('each file is a safetensors file that names its network', async () => {
  expect(weights.size).toBeGreaterThan(0);
  for (const [name, load] of weights) {
    const { base64 } = await load();
    const bytes = Buffer.from(base64, 'base64');
    const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString('utf8')) as {
      readonly __metadata__: Readonly<Record<string, string>>;
    };
    expect(header.__metadata__['prismamba.model']).toBe(name.split('/')[0]);
  }
});
