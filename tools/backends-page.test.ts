import { checkGeneratedSection, table } from '@prismamba/testing/docs';
import { registeredAfter } from '@prismamba/testing/user-bundle';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { root } from './workspace.mjs';

// docs/backends.md says which kernels an import registers; renew it with PRISMAMBA_WRITE_DOCS=1.
const entries = [
  'backend/wasm',
  'ssm-core/wasm',
  'ssm-core/cpu',
  'ssm-core/webgpu',
  'ssm-core/tensorflow',
  'spectral-attention/wasm',
  'spectral-attention/webgpu',
].map((entry) => `@prismamba/${entry}`);

type Backend = 'wasm' | 'webgpu' | 'tensorflow' | 'cpu';
const backendOf = (entry: string) => entry.split('/').at(-1) as Backend;

/** The kernels of our own that each import registers. */
const kernels = new Map<string, readonly string[]>();
beforeAll(async () => {
  const standard = await registeredAfter(
    "import '@tensorflow/tfjs-backend-wasm'; import '@tensorflow/tfjs-backend-cpu';",
  );
  await Promise.all(
    entries.map(async (entry) => {
      const registered = (await registeredAfter(`import '${entry}';`))[backendOf(entry)];
      const replaces = (name: string) =>
        entry.startsWith('@prismamba/backend') && standard[backendOf(entry)].includes(name);
      kernels.set(entry, registered.filter((name) => !replaces(name)).sort());
    }),
  );
});
const page = join(root, 'docs/backends.md');

it('docs/backends.md names the kernels that each import registers', async () => {
  const rows = entries.map((entry) => {
    const names = kernels.get(entry)!;
    expect(names.length).toBeGreaterThan(1);
    return [`\`${entry}\``, backendOf(entry), names.map((name) => `\`${name}\``).join(', ')];
  });
  await checkGeneratedSection(page, 'kernels', table(['import', 'backend', 'kernels'], rows));
});

it('docs/backends.md says what runs where, forward and gradient', async () => {
  const backends: readonly Backend[] = ['wasm', 'webgpu', 'tensorflow', 'cpu'];
  const has = (backend: Backend, name: string) =>
    entries.some((entry) => backendOf(entry) === backend && kernels.get(entry)!.includes(name));
  // Kernels that TensorFlow.js has elsewhere have no composed form of ours.
  const own = entries.filter((entry) => !entry.startsWith('@prismamba/backend'));
  const operators = [...new Set(own.flatMap((entry) => kernels.get(entry)!))]
    .filter((name) => !name.endsWith('Gradient'))
    .sort();
  expect(operators.length).toBeGreaterThan(15);
  const cell = (backend: Backend, name: string) =>
    has(backend, name)
      ? has(backend, `${name}Gradient`)
        ? 'kernel, kernel'
        : 'kernel, by its inverse'
      : 'composed';
  await checkGeneratedSection(
    page,
    'operators',
    table(
      ['operator', ...backends],
      operators.map((name) => [`\`${name}\``, ...backends.map((backend) => cell(backend, name))]),
    ),
  );
});
