import { registeredAfter, userBundle, WASM_IN_BASE64 } from '@prismamba/testing/user-bundle';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

// What someone gets who imports one thing: its size, and no kernel or backend that was not asked for.
const file = fileURLToPath(new URL('bundle-limits.json', import.meta.url));
const limits = Object.values(
  JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, number>>,
)[0]!;

/** What is registered where nothing was. */
const nothing = { backends: [], wasm: [], cpu: [], webgpu: [], tensorflow: [] };

describe('bundles of one metric or operator', () => {
  it.each(Object.entries(limits))('%s has at most %i bytes, and no SIMD kernel', async (contents, limit) => {
    const bundle = await userBundle(contents);
    expect(bundle).not.toContain(WASM_IN_BASE64);
    expect(bundle.length).toBeLessThanOrEqual(limit);
    // A limit that is far too wide holds nothing.
    expect(bundle.length).toBeGreaterThan(limit / 4);
  });
  it('would see the kernels if they were in', async () => {
    expect(await userBundle("import '@prismamba/ssm-core/wasm';")).toContain(WASM_IN_BASE64);
  });
});

describe('plain arrays', () => {
  const contents = "export * from '@prismamba/ssm-core/arrays';";
  it('bring their kernels and nothing of TensorFlow.js', async () => {
    const bundle = await userBundle(contents);
    expect(bundle).toContain(WASM_IN_BASE64);
    expect(bundle).not.toContain('@tensorflow');
    expect(await userBundle("export * from '@prismamba/ssm-core';")).toContain('@tensorflow');
  });
  it('register nothing', async () => {
    const imports = "import * as all from '@prismamba/ssm-core/arrays'; globalThis.all = all;";
    expect(await registeredAfter(imports)).toEqual(nothing);
  });
});

describe('importing a package in a fresh process', () => {
  it.each(['backend', 'core', 'metrics', 'spectral-attention', 'ssm-core'])(
    '@prismamba/%s registers no backend and no kernel',
    async (name) => {
      const imports = `import * as all from '@prismamba/${name}'; globalThis.all = all;`;
      expect(await registeredAfter(imports)).toEqual(nothing);
    },
  );
  it.each(['ssm-core', 'spectral-attention'])(
    '@prismamba/%s/wasm registers kernels, and no backend',
    async (name) => {
      const { wasm, ...others } = await registeredAfter(`import '@prismamba/${name}/wasm';`);
      expect({ ...others, wasm: [] }).toEqual(nothing);
      expect(wasm.length).toBeGreaterThan(1);
    },
  );
  it('@prismamba/ssm-core/cpu registers the kernels of ss2dScan', async () => {
    const registered = await registeredAfter("import '@prismamba/ssm-core/cpu';");
    expect(registered).toEqual({ ...nothing, cpu: ['SS2DScan', 'SS2DScanGradient'] });
  });
  it.each([
    [
      'webgpu',
      [
        'CausalConv1D',
        'CrossMerge',
        'CrossScan',
        'DepthwiseSilu',
        'MergeNormGateLinear',
        'MergeProjectedGate',
        'NormLinearSplit',
        'PointwiseGeluResidual',
        'SS2DScan',
        'SS2DSSDScan',
        'SSDScan',
        'SelectiveScan',
        'ShortConv',
        'ShortScan',
      ],
    ],
    ['tensorflow', ['SS2DScan', 'SS2DSSDScan', 'SSDScan', 'SelectiveScan']],
  ] as const)('@prismamba/ssm-core/%s registers its kernels, and no backend', async (name, operators) => {
    const registered = await registeredAfter(`import '@prismamba/ssm-core/${name}';`);
    expect({ ...registered, [name]: [] }).toEqual(nothing);
    expect([...registered[name]].sort()).toEqual(
      operators
        // Each of the two is the gradient of the other.
        .flatMap((name) => (/^Cross/.test(name) ? [name] : [name, `${name}Gradient`]))
        .sort(),
    );
  });
});
