import type { StateEntry, StateKind, StateLayout } from './state-entry.js';

/** Builders of state entries for the usual modules, under the weight names of TensorFlow.js' own layers. */

const entry = (
  official: string,
  shape: readonly number[],
  layout: StateLayout,
  ours: string | undefined,
  kind: StateKind = 'parameter',
): StateEntry => ({ official, shape, layout, kind, ours });

interface Module {
  /** Official module path. */
  readonly path: string;
  /** Name of our layer; the path unless stated. */
  readonly layer?: string;
  readonly bias?: boolean;
}

type Kernel = number | readonly [number, number];
const pair = (kernel: Kernel): readonly [number, number] =>
  typeof kernel === 'number' ? [kernel, kernel] : kernel;

function withBias(
  weight: StateEntry,
  { path, layer = path, bias = false }: Module,
  out: number,
): StateEntry[] {
  return bias ? [weight, entry(`${path}.bias`, [out], 'same', `${layer}/bias`)] : [weight];
}

/** `tf.layers.conv2d`: weight and, where asked, bias. */
export function convEntries(module: Module & { in: number; out: number; kernel: Kernel }): StateEntry[] {
  const { path, layer = path, out } = module;
  const weight = entry(
    `${path}.weight`,
    [out, module.in, ...pair(module.kernel)],
    'conv2d',
    `${layer}/kernel`,
  );
  return withBias(weight, module, out);
}

/** `tf.layers.depthwiseConv2d`. */
export function depthwiseEntries(module: Module & { channels: number; kernel: Kernel }): StateEntry[] {
  const { path, layer = path, channels } = module;
  const shape = [channels, 1, ...pair(module.kernel)];
  return withBias(entry(`${path}.weight`, shape, 'depthwise', `${layer}/depthwise_kernel`), module, channels);
}

/** `tf.layers.conv2dTranspose`. */
export function transposedEntries(
  module: Module & { in: number; out: number; kernel: Kernel },
): StateEntry[] {
  const { path, layer = path, out } = module;
  const shape = [module.in, out, ...pair(module.kernel)];
  return withBias(entry(`${path}.weight`, shape, 'transposed', `${layer}/kernel`), module, out);
}

/** `tf.layers.dense`. */
export function linearEntries(module: Module & { in: number; out: number }): StateEntry[] {
  const { path, layer = path, out } = module;
  return withBias(entry(`${path}.weight`, [out, module.in], 'linear', `${layer}/kernel`), module, out);
}

/** `tf.layers.layerNormalization` and group normalisation: scale `gamma`, shift `beta`. */
export function normEntries({ path, layer = path, channels }: Module & { channels: number }): StateEntry[] {
  return [
    entry(`${path}.weight`, [channels], 'same', `${layer}/gamma`),
    entry(`${path}.bias`, [channels], 'same', `${layer}/beta`),
  ];
}

/** Batch normalisation with its running statistics; the counter is not kept. */
export function batchNormEntries({
  path,
  layer = path,
  channels,
}: Module & { channels: number }): StateEntry[] {
  return [
    ...normEntries({ path, layer, channels }),
    entry(`${path}.running_mean`, [channels], 'same', `${layer}/moving_mean`, 'buffer'),
    entry(`${path}.running_var`, [channels], 'same', `${layer}/moving_variance`, 'buffer'),
    entry(`${path}.num_batches_tracked`, [], 'same', undefined, 'buffer'),
  ];
}

/** A tensor that is no usual module's; `ours` is `layer/weight`. */
export function tensorEntry(
  official: string,
  shape: readonly number[],
  ours: string,
  options: { readonly layout?: StateLayout; readonly kind?: StateKind } = {},
): StateEntry {
  return entry(official, shape, options.layout ?? 'same', ours, options.kind);
}
