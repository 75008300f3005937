import { startBackend } from '@prismamba/backend';
import { disposeModel, getModel } from '@prismamba/models';
import { bundlers, runUserBundle } from '@prismamba/testing/user-bundle';
import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Networks that together have layers of both operator packages. */
const keys = ['gmsr-net', 'mst-plus-plus', 'm3sr'] as const;
const image = () => tf.fill<tf.Rank.R4>([1, 8, 8, 3], 0.25);
let folder = '';
const wanted = new Map<string, number[]>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prismamba-bundled-'));
  await startBackend('cpu');
  for (const key of keys) {
    const definition = getModel(key);
    const model = definition.build(definition.config.parse(definition.small), { seed: 1 });
    wanted.set(
      key,
      tf.tidy(() => Array.from((model.predict(image()) as tf.Tensor).dataSync().slice(0, 31))),
    );
    await model.save(
      tf.io.withSaveHandler((artifacts) => {
        const weightData = Buffer.from(artifacts.weightData as ArrayBuffer).toString('base64');
        writeFileSync(join(folder, `${key}.json`), JSON.stringify({ ...artifacts, weightData }));
        return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
      }),
    );
    disposeModel(model);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that loads the saved networks; `imports` is all that it knows of ours. */
const program = (imports: string) => `
  ${imports}
  import '@tensorflow/tfjs-backend-cpu';
  import * as tf from '@tensorflow/tfjs-core';
  import * as tfl from '@tensorflow/tfjs-layers';
  import { readFileSync } from 'node:fs';
  const answers: Record<string, number[]> = {};
  for (const key of ${JSON.stringify(keys)}) {
    const saved = JSON.parse(readFileSync(${JSON.stringify(folder)} + '/' + key + '.json', 'utf8'));
    const bytes = Uint8Array.from(Buffer.from(saved.weightData, 'base64'));
    const model = await tfl.loadLayersModel(tf.io.fromMemory({ ...saved, weightData: bytes.buffer }));
    answers[key] = [...(model.predict(tf.fill([1, 8, 8, 3], 0.25)) as tf.Tensor).dataSync().slice(0, 31)];
  }
  process.stdout.write('\\n' + JSON.stringify(answers));`;

describe.each(bundlers)('bundled by %s', (bundler) => {
  it('a program that only imports @prismamba/models loads saved networks: their layers stay registered', async () => {
    const printed = await runUserBundle(program("import '@prismamba/models';"), bundler);
    const answers = JSON.parse(printed.split('\n').at(-1) ?? '') as Record<string, number[]>;
    for (const key of keys) expect(answers[key], key).toEqual(wanted.get(key));
  });
});

it('without the import there is no such layer, so the test above can fail', async () => {
  await expect(runUserBundle(program(''))).rejects.toThrow(/Unknown layer/);
});
