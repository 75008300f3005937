import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './workspace.mjs';

interface Manifest {
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}
const manifest = (folder: string) =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;

it('the command line has @prismamba/backend inside, so it declares the optional peers of that, with the same versions', () => {
  const [backend, commandLine] = [manifest('packages/backend'), manifest('apps/experiments')];
  const optional = Object.keys(backend.peerDependenciesMeta);
  expect(optional).toContain('onnxruntime-node');
  for (const name of optional) {
    expect(commandLine.peerDependencies[name], name).toBe(backend.peerDependencies[name]);
    expect(commandLine.peerDependenciesMeta[name], name).toEqual({ optional: true });
  }
});
