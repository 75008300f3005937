import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Operator } from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

type AnyOperator = Operator<object, object, object, string>;

const isOperator = (value: unknown): value is AnyOperator =>
  typeof value === 'object' && value !== null && 'declaration' in value && 'gradientName' in value;

/** Every operator that a folder's `<operator>.operator.ts` exports. */
async function operators(): Promise<AnyOperator[]> {
  const found: AnyOperator[] = [];
  for (const folder of readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)) {
    for (const file of readdirSync(join(import.meta.dirname, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name === `${folder}.operator.ts`)
      .map((entry) => `./${folder}/${entry.name}`)) {
      const module = (await import(/* @vite-ignore */ file)) as Record<string, unknown>;
      found.push(...Object.values(module).filter(isOperator));
    }
  }
  return found;
}

/** Kernels of an operator that a backend lacks; a gradient stated in the declaration needs none. */
const missing = ({ name, gradientName, declaration }: AnyOperator, backend: string): string[] =>
  [name, ...(declaration.gradient === undefined ? [gradientName] : [])].filter(
    (kernel) => tf.getKernel(kernel, backend) === undefined,
  );

it('every operator has SIMD and WGSL kernels, forward and gradient, and on CPU only ss2dScan has some: README.md says so', async () => {
  const all = await operators();
  expect(all.length).toBeGreaterThanOrEqual(13);
  expect(all.flatMap((operator) => missing(operator, 'wasm'))).toEqual([]);
  await import('./webgpu.js');
  expect(all.flatMap((operator) => missing(operator, 'webgpu'))).toEqual([]);
  const onCpu = all.filter((operator) => missing(operator, 'cpu').length === 0);
  expect(onCpu.map(({ name }) => name)).toEqual(['SS2DScan']);
});
