import { convEntries, depthwiseEntries } from '../state-dict/entries.js';
import type { StateEntry } from '../state-dict/state-entry.js';
import type { AgdNetConfig } from './agd-net.config.js';

/** Dense layers of a stage. */
export const DENSE_LAYERS = 5;

/**
 * Output channels of the dense layers: 62, 62, 62, 62, 31 for 31 bands; layer i reads the stage's `bands` channels and
 * all outputs before it.
 */
export const denseWidths = (bands: number): readonly number[] =>
  Array.from({ length: DENSE_LAYERS }, (_, i) => (i < DENSE_LAYERS - 1 ? 2 * bands : bands));

/** Input channels of dense layer i: 31, 93, 155, 217, 279 for 31 bands. */
export const denseInput = (bands: number, layer: number): number => bands * (1 + 2 * layer);

/** Whether a dense layer removes the mean over channels before its convolutions (and has a ReLU after them). */
export const removesMean = (stage: number, layer: number): boolean => stage > 0 && layer < DENSE_LAYERS - 1;

/** Every convolution of the official code is registered twice: `...conv.*` and `...Module.<index>.*` share a tensor. */
function withAliases(path: string, index: number, entries: readonly StateEntry[]): StateEntry[] {
  const aliases = entries.map((entry) => ({
    ...entry,
    official: entry.official.replace(`${path}.conv.`, `${path}.Module.${index}.`),
    kind: 'alias' as const,
  }));
  return [...entries, ...aliases];
}

/** Official names of AGD-Net: stages of an `Upconv` and five `denselayers`, and the shared `degradation`. */
export function agdNetStateDict({ stages, bands }: AgdNetConfig): StateEntry[] {
  const stage = (t: number): StateEntry[] => {
    /** Our weights are `stages.<t>/<module>.<weight>`: one layer a stage. */
    const inStage = (module: string, index: number, entries: readonly StateEntry[]) =>
      withAliases(`stages.${t}.${module}`, index, entries).map((entry) => ({
        ...entry,
        ours: entry.ours!.replace('/', '.').replace(`stages.${t}.`, `stages.${t}/`),
      }));
    const path = (module: string) => ({ path: `stages.${t}.${module}.conv`, layer: `stages.${t}.${module}` });
    const bias = t === 0;
    return [
      ...inStage('Upconv', 0, convEntries({ ...path('Upconv'), in: 3, out: bands, kernel: 3 })),
      ...denseWidths(bands).flatMap((out, i) => {
        const index = removesMean(t, i) ? 1 : 0;
        const [compress, act] = [`denselayers.${i}.compressLayer`, `denselayers.${i}.actlayer`];
        return [
          ...inStage(
            compress,
            index,
            convEntries({ ...path(compress), in: denseInput(bands, i), out, kernel: 1, bias }),
          ),
          ...inStage(act, index, depthwiseEntries({ ...path(act), channels: out, kernel: 3, bias })),
        ];
      }),
    ];
  };
  const degradation = convEntries({
    path: 'degradation.conv',
    layer: 'degradation',
    in: bands,
    out: 3,
    kernel: 3,
  });
  return [
    ...Array.from({ length: stages }, (_, t) => stage(t)).flat(),
    ...withAliases('degradation', 0, degradation),
  ];
}
