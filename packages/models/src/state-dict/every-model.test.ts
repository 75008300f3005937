import { FormatError, writeSafetensors, type NdArray } from '@prismamba/formats';
import { eachBackend } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disposeModel } from '../dispose-model.js';
import type { ModelDefinition } from '../model-definition.js';
import { getModel, listModels } from '../registry.js';
import { conformanceImage, pixelValue } from '../testing/conformance.js';
import { pickled, torchArchive, torchFile } from '../testing/torch-file.js';
import { exportStateDict } from './export-state-dict.js';
import { StateDictError } from './load-state-dict.js';
import { sizeOf, type StateEntry } from './state-entry.js';
import { loadWeights, saveWeights } from './weights-file.js';

interface Small {
  readonly definition: ModelDefinition;
  readonly config: object;
  readonly entries: readonly StateEntry[];
  readonly model: tfl.LayersModel;
}

function small(key: string, options?: object): Small {
  const definition = getModel(key);
  const config = definition.config.parse(options ?? definition.small);
  const entries = definition.stateDict(config);
  return { definition, config, entries, model: definition.build(config, { seed: 5 }) };
}

/** A complete official state dictionary: an alias has the values of its tensor, counters are int64. */
function officialState(entries: readonly StateEntry[]): Map<string, NdArray> {
  const slots = [...new Set(entries.map((entry) => entry.ours))];
  return new Map(
    entries.map(({ official, shape, ours }): [string, NdArray] => {
      const size = sizeOf(shape);
      if (ours === undefined) return [official, { dtype: 'int64', shape, data: new BigInt64Array(size) }];
      const data = Float32Array.from(
        { length: size },
        (_, i) => 0.1 + 0.4 * pixelValue(i, slots.indexOf(ours)),
      );
      return [official, { dtype: 'float32', shape, data }];
    }),
  );
}

const files = new Map<string, { plain: Uint8Array; labelled: Uint8Array }>();

/** Files of a small network's weights, one that does not say whose they are and one that does; made once. */
function weightsOf(key: string) {
  const definition = getModel(key);
  const made = files.get(key);
  if (made !== undefined) return made;
  const state = officialState(definition.stateDict(definition.config.parse(definition.small)));
  const both = {
    plain: writeSafetensors(state),
    labelled: writeSafetensors(state, { 'prismamba.model': key }),
  };
  files.set(key, both);
  return both;
}

const bytesOf = ({ data: { buffer, byteOffset, byteLength } }: NdArray) =>
  Buffer.from(buffer, byteOffset, byteLength);

/** Names whose tensors differ in a bit, in dtype or in shape, or that only one side has. */
function differing(a: ReadonlyMap<string, NdArray>, b: ReadonlyMap<string, NdArray>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((name) => {
    const [x, y] = [a.get(name), b.get(name)];
    if (x === undefined || y === undefined) return true;
    return x.dtype !== y.dtype || x.shape.join() !== y.shape.join() || !bytesOf(x).equals(bytesOf(y));
  });
}

eachBackend(
  'weights of every model',
  () => {
    describe.each(listModels())('%s', (key) => {
      let subject: Small;
      let state: Map<string, NdArray>;
      beforeAll(() => {
        subject = small(key);
        state = officialState(subject.entries);
      });
      afterAll(() => {
        disposeModel(subject.model);
      });
      const load = (bytes: Uint8Array, source = 'w.pth') =>
        loadWeights(subject.model, subject.definition, subject.config, bytes, { source });
      /** Nothing is written when a file is refused. */
      const refuse = async (
        bytes: Uint8Array,
        kind: typeof StateDictError | typeof FormatError,
        message: RegExp,
      ) => {
        const before = await exportStateDict(subject.model, subject.entries);
        let refusal: unknown;
        try {
          load(bytes);
        } catch (error) {
          refusal = error;
        }
        expect(refusal).toBeInstanceOf(kind);
        expect((refusal as Error).message).toMatch(message);
        expect(differing(await exportStateDict(subject.model, subject.entries), before)).toEqual([]);
      };

      it('official .pth in: every entry is accounted for; official names out: the same bits', async () => {
        const report = load(torchFile(state));
        const { loaded, dead, aliases, notKept, unknown, missing, nonFinite, names } = report;
        expect(names).toBe('official');
        expect([...loaded, ...dead, ...aliases, ...notKept].sort()).toEqual([...state.keys()].sort());
        const ofKind = (kind: string) =>
          subject.entries.filter((entry) => entry.kind === kind).map((entry) => entry.official);
        expect([dead, aliases]).toEqual([ofKind('dead'), ofKind('alias')]);
        expect([unknown, missing, nonFinite]).toEqual([[], [], []]);
        expect(differing(await exportStateDict(subject.model, subject.entries), state)).toEqual([]);
      });

      it.each(['official', 'ours'] as const)('safetensors under %s names, there and back', async (names) => {
        load(torchFile(state));
        const bytes = await saveWeights(subject.model, subject.definition, subject.config, names);
        const other = subject.definition.build(subject.config, { seed: 6 });
        const report = loadWeights(other, subject.definition, subject.config, bytes);
        expect(report.missing).toEqual([]);
        expect(differing(await exportStateDict(other, subject.entries), state)).toEqual([]);
        disposeModel(other);
      });

      it('names the entry of a wrong shape, a missing one and an unknown one', async () => {
        const last = subject.entries
          .filter(({ ours, kind }) => ours !== undefined && kind !== 'alias')
          .at(-1)!;
        const name = last.official;
        const literal = name.replaceAll('.', '\\.');
        const wrong = new Map(state);
        const size = sizeOf(last.shape) + 1;
        wrong.set(name, { dtype: 'float32', shape: [size], data: new Float32Array(size) });
        await refuse(
          torchFile(wrong),
          StateDictError,
          new RegExp(`^w\\.pth: '${literal}' has shape \\[${size}\\], the network wants \\[`),
        );
        const renamed = new Map(state);
        for (const { official, ours } of subject.entries) if (ours === last.ours) renamed.delete(official);
        renamed.set(`${name}_`, state.get(name)!);
        const only = renamed.size === 1;
        await refuse(
          torchFile(renamed),
          StateDictError,
          only
            ? new RegExp(`none of its 1 entries belongs to model '${key}' \\(for instance '${literal}_'`)
            : new RegExp(`1 missing: ${literal}; 1 unknown: ${literal}_; nearest name to '${literal}_' is`),
        );
      });

      it('refuses the weights of every other model', () => {
        for (const other of listModels()) {
          if (other === key) continue;
          const { plain, labelled } = weightsOf(other);
          expect(() => load(plain, 'f'), other).toThrow(
            /^f: (none of its \d+ entries belongs to model|'.+' has shape|does not fit model .*missing: .+unknown: .+)/,
          );
          expect(() => load(labelled, 'f')).toThrow(`f: holds weights of model '${other}', not of '${key}'`);
        }
      });

      it('refuses truncated files by name, wherever they end', async () => {
        const floats = new Map([...state].filter(([, { dtype }]) => dtype === 'float32'));
        const before = await exportStateDict(subject.model, subject.entries);
        for (const bytes of [torchFile(state), writeSafetensors(floats)]) {
          for (const end of [3, 12, bytes.length >> 1, bytes.length - 1]) {
            const refused = expect(() => load(bytes.subarray(0, end)), `cut at ${end}`);
            refused.toThrow(FormatError);
            refused.toThrow(/^w\.pth\b/);
          }
        }
        expect(differing(await exportStateDict(subject.model, subject.entries), before)).toEqual([]);
      });

      it('refuses a hostile pickle by name; nothing runs', async () => {
        const call = pickled.reduce(
          pickled.global('os', 'system'),
          pickled.tuple(pickled.text('echo owned')),
        );
        await refuse(
          torchArchive(call),
          FormatError,
          /^w\.pth .*the global 'os\.system', which is not allowed \(nothing was executed\)/,
        );
      });
    });

    // The registered defaults are saved and loaded in `registry.test.ts`.
    it.each([
      ['repcpsi', { ...getModel('repcpsi').small, deploy: true }],
      ['mst-plus-plus', { stages: 2, blocks: [1, 2, 1] }],
      ['gmsr-net', { widths: [4, 31], mixer: 'cnn', cbam: true }],
      ['gmsr-net', { widths: [4, 31], mixer: 'transformer', attention: 'paper' }],
      ['gmsr-net', { widths: [31], mixer: 'none' }],
      ['m3sr', { num_blocks: [1, 1], wavelet: 'db2', use_mlp: true }],
      ['m3sr', { num_blocks: [1], groups: 8, frequency: false }],
      ['polynomial-regression', { degree: 3 }],
    ] as const)('model.save and tf.loadLayersModel of %s %j', async (key, options) => {
      const { definition, model } = small(key, options);
      let saved: tf.io.ModelArtifacts | undefined;
      await model.save(
        tf.io.withSaveHandler((artifacts) => {
          saved = artifacts;
          return Promise.resolve({
            modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' },
          });
        }),
      );
      const topology = JSON.parse(JSON.stringify(saved!.modelTopology)) as object;
      const restored = await tfl.loadLayersModel(tf.io.fromMemory({ ...saved!, modelTopology: topology }));
      const x = conformanceImage(definition, 1, true);
      const [a, b] = [model.predict(x) as tf.Tensor, restored.predict(x) as tf.Tensor];
      expect(await b.data()).toEqual(await a.data());
      tf.dispose([x, a, b]);
      disposeModel(restored);
      disposeModel(model);
    });
  },
  { backends: ['wasm'] },
);
