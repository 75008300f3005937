import { convEntries, depthwiseEntries } from '../state-dict/entries.js';
import type { StateEntry } from '../state-dict/state-entry.js';
import type { AgdNetConfig } from './agd-net.config.js';

/** Output channels of the five dense layers; layer i reads the stage's 31 channels and all outputs before it. */
export const denseWidths = [62, 62, 62, 62, 31] as const;
export const bands = 31;

/** Input channels of dense layer i: 31, 93, 155, 217, 279. */
export function denseInput(layer: number): number {
  return denseWidths.slice(0, layer).reduce<number>((sum, width) => sum + width, bands);
}

/** Whether a dense layer removes the mean over channels before its convolutions (and has a ReLU after them). */
export const removesMean = (stage: number, layer: number): boolean =>
  stage > 0 && layer < denseWidths.length - 1;

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
export function agdNetStateDict({ stages }: AgdNetConfig): StateEntry[] {
  const convolution = (
    path: string,
    input: number,
    out: number,
    kernel: number,
    bias: boolean,
    index: number,
  ) =>
    withAliases(
      path,
      index,
      convEntries({ path: `${path}.conv`, layer: path, in: input, out, kernel, bias }),
    );
  const depthwise = (path: string, channels: number, bias: boolean, index: number) =>
    withAliases(
      path,
      index,
      depthwiseEntries({ path: `${path}.conv`, layer: path, channels, kernel: 3, bias }),
    );
  const stage = (t: number): StateEntry[] => [
    ...convolution(`stages.${t}.Upconv`, 3, bands, 3, false, 0),
    ...denseWidths.flatMap((out, i) => {
      const path = `stages.${t}.denselayers.${i}`;
      const index = removesMean(t, i) ? 1 : 0;
      return [
        ...convolution(`${path}.compressLayer`, denseInput(i), out, 1, t === 0, index),
        ...depthwise(`${path}.actlayer`, out, t === 0, index),
      ];
    }),
  ];
  return [
    ...Array.from({ length: stages }, (_, t) => stage(t)).flat(),
    ...convolution('degradation', bands, 3, 3, false, 0),
  ];
}
