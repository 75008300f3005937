import { convEntries, linearEntries, tensorEntry } from '../state-dict/entries.js';
import type { StateEntry } from '../state-dict/state-entry.js';
import { innerBands, type AwanConfig } from './awan.config.js';

/** Official names of AWAN; no biases. */
export function awanStateDict({ width: c, blocks, reduction, bands }: AwanConfig): StateEntry[] {
  const conv = (path: string, input: number, out: number, kernel: number) =>
    convEntries({ path: `${path}.conv2d`, in: input, out, kernel });
  const prelu = (path: string) => tensorEntry(`${path}.weight`, [1], `${path}/alpha`);
  const hidden = Math.floor(c / reduction);
  const block = (path: string) => [
    ...conv(`${path}.conv1`, c, c, 3),
    prelu(`${path}.relu1`),
    ...conv(`${path}.conv2`, c, c, 3),
    prelu(`${path}.relu2`),
    ...conv(`${path}.up_conv`, c, c, 5),
    prelu(`${path}.up_relu`),
    ...convEntries({ path: `${path}.se.conv`, in: c, out: 1, kernel: 1 }),
    ...linearEntries({ path: `${path}.se.fc.0`, in: c, out: hidden }),
    prelu(`${path}.se.fc.1`),
    ...linearEntries({ path: `${path}.se.fc.2`, in: hidden, out: c }),
    ...conv(`${path}.down_conv`, c, c, 3),
    prelu(`${path}.down_relu`),
  ];
  const inner = innerBands(bands);
  const nonLocal = 'tail_nonlocal.non_local';
  return [
    ...conv('input_conv2D', 3, c, 3),
    prelu('input_prelu2D'),
    ...conv('head_conv2D', c, c, 3),
    ...Array.from({ length: blocks }, (_, i) => block(`backbone.${i}`)).flat(),
    ...conv('tail_conv2D', c, c, 3),
    prelu('output_prelu2D'),
    ...conv('output_conv2D', c, bands, 3),
    tensorEntry(`${nonLocal}.g.weight`, [inner, bands, 1, 1], `${nonLocal}/g`, { layout: 'pointwise' }),
    tensorEntry(`${nonLocal}.W.weight`, [bands, inner, 1, 1], `${nonLocal}/W`, { layout: 'pointwise' }),
    tensorEntry(`${nonLocal}.theta.weight`, [inner, bands, 1, 1], `${nonLocal}/theta`, {
      layout: 'pointwise',
    }),
  ];
}
