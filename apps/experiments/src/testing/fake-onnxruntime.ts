import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nchwToNhwc, nhwcToNchw } from '@prismamba/testing';

type Answer = (rgb: Float32Array, height: number, width: number) => Float32Array;

/**
 * Puts a package `onnxruntime-node` into `node_modules` of a folder, which answers to every network what `answer` does, [height,
 * width, 3] to [height, width, bands]. For tests of what is around the real one, which is no dependency of this workspace.
 */
export function fakeOnnxRuntime(folder: string, answer: Answer): void {
  const place = join(folder, 'node_modules', 'onnxruntime-node');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name: 'onnxruntime-node', main: 'index.js' }));
  writeFileSync(
    join(place, 'index.js'),
    `class Tensor { constructor(type, data, dims) { this.data = data; this.dims = dims; } }
const run = async ({ rgb }) => ({ cube: globalThis.prismambaFakeNetwork(rgb) });
const session = { inputNames: ['rgb'], outputNames: ['cube'], run, release: async () => undefined };
module.exports = {
  Tensor,
  InferenceSession: { create: async () => session },
  env: { versions: { node: '0.0.0-fake' } },
  listSupportedBackends: () => [{ name: 'cpu', bundled: true }],
};
`,
  );
  const network = ({ data, dims }: { data: Float32Array; dims: [number, number, number, number] }) => {
    const [, , height, width] = dims;
    const cube = answer(nchwToNhwc(data, dims), height, width);
    const bands = cube.length / (height * width);
    return { data: nhwcToNchw(cube, [1, height, width, bands]), dims: [1, bands, height, width] };
  };
  Object.assign(globalThis, { prismambaFakeNetwork: network });
}
