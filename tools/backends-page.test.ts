import { checkGeneratedSection, table } from '@prismamba/testing/docs';
import { registeredAfter } from '@prismamba/testing/user-bundle';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './workspace.mjs';

// docs/backends.md says which kernels an import registers; renew it with PRISMAMBA_WRITE_DOCS=1.
const entries = [
  'backend/wasm',
  'ssm-core/wasm',
  'ssm-core/cpu',
  'ssm-core/webgpu',
  'spectral-attention/wasm',
].map((entry) => `@prismamba/${entry}`);

it('docs/backends.md names the kernels that each import registers', async () => {
  const own = (names: readonly string[]) => [...names].sort().map((name) => `\`${name}\``);
  const standard = await registeredAfter(
    "import '@tensorflow/tfjs-backend-wasm'; import '@tensorflow/tfjs-backend-cpu';",
  );
  const rows = await Promise.all(
    entries.map(async (entry) => {
      const registered = await registeredAfter(`import '${entry}';`);
      const backend = entry.split('/').at(-1) as 'wasm' | 'cpu' | 'webgpu';
      const names = registered[backend].filter(
        (name) => !entry.startsWith('@prismamba/backend') || !standard[backend].includes(name),
      );
      expect(names.length).toBeGreaterThan(1);
      return [`\`${entry}\``, backend, own(names).join(', ')];
    }),
  );
  await checkGeneratedSection(
    join(root, 'docs/backends.md'),
    'kernels',
    table(['import', 'backend', 'kernels'], rows),
  );
});
