import { checkGeneratedSection, table } from '@prismamba/testing/docs';
import { registeredAfter } from '@prismamba/testing/user-bundle';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { root, testFiles, workspacePackages } from './workspace.mjs';

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

/** Suites that a package's lane `webgpu` runs, as the files that its `*.webgpu.test.ts` import. */
function suitesOnWebgpu(directory: string): string[] {
  return testFiles(directory, 'webgpu').flatMap((name) => {
    const file = join(directory, name);
    const imports = readFileSync(file, 'utf8').matchAll(/^import '(\..*\.test)\.js';$/gm);
    return [...imports].map(([, path]) => resolve(dirname(file), `${path}.ts`));
  });
}

it('docs/backends.md names the golden numbers of every operator, which WebGPU is compared with too', async () => {
  const suites = workspacePackages()
    .flatMap(({ directory }) => suitesOnWebgpu(directory))
    .map((file) => ({ file, text: readFileSync(file, 'utf8') }));
  const golden = join(root, 'packages/testing/golden/ops');
  const rows = readdirSync(golden).map((file) => {
    const name = file.replace(/\.npz$/, '');
    const using = suites.filter(({ text }) => new RegExp(`['/]${name}(\\.npz)?'`).test(text));
    expect(
      using.map((one) => one.file),
      `${file}: no suite of the lane webgpu reads it`,
    ).not.toEqual([]);
    for (const { text } of using) expect(text).toContain('eachBackend(');
    const links = using.map((one) => {
      const path = relative(root, one.file);
      return `[${path.split('/').at(-1)!.replace('.test.ts', '')}](../${path})`;
    });
    return [`\`${name}\``, links.join(', ')];
  });
  expect(rows.length).toBeGreaterThan(20);
  await checkGeneratedSection(page, 'goldens', table(['golden numbers', 'suite'], rows));
});
