import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../model.js';
import { watchLayers } from '../model-layers.js';

/** Time and memory of one kernel call. */
interface Span {
  readonly kernel: string;
  readonly layer: string;
  readonly pass: 'forward' | 'backward' | 'other';
  /** Milliseconds since the profile began. */
  readonly start: number;
  readonly duration: number;
  /** Bytes of all tensors after the call. */
  readonly bytes: number;
}

export interface ProfileRow {
  readonly name: string;
  readonly calls: number;
  readonly milliseconds: number;
  /** Part of the whole time in kernels, 0 to 1. */
  readonly part: number;
  /** Largest sum of all tensors' bytes that was seen after one of its calls. */
  readonly peakBytes: number;
}

/** Where the time of some training steps went. */
export interface Profile {
  /** Wall time of all steps, and the part of it that was spent in kernels. */
  readonly milliseconds: number;
  readonly inKernels: number;
  readonly peakBytes: number;
  readonly kernels: readonly ProfileRow[];
  /** `<layer> forward`, `<layer> backward`, and `optimizer, loss and the rest`. */
  readonly layers: readonly ProfileRow[];
  /** For chrome://tracing and Perfetto. */
  readonly trace: { readonly traceEvents: readonly object[] };
}

const REST = 'optimizer, loss and the rest';

function rowsBy(spans: readonly Span[], nameOf: (span: Span) => string): ProfileRow[] {
  const total = spans.reduce((sum, { duration }) => sum + duration, 0);
  const groups = new Map<string, Span[]>();
  for (const span of spans) {
    const name = nameOf(span);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [span]);
    else group.push(span);
  }
  const rows = [...groups].map(([name, group]) => {
    const milliseconds = group.reduce((sum, { duration }) => sum + duration, 0);
    const peakBytes = Math.max(...group.map(({ bytes }) => bytes));
    return {
      name,
      calls: group.length,
      milliseconds,
      part: total === 0 ? 0 : milliseconds / total,
      peakBytes,
    };
  });
  return rows.sort((a, b) => b.milliseconds - a.milliseconds);
}

/** What {@link profile} changes of a kernel for a while. */
interface MutableKernel {
  kernelFunc: tf.KernelFunc;
}

/**
 * Runs `body` (training steps of `model`) and measures every kernel of the current backend. Kernels of WASM and CPU run to their
 * end when they are called, so that their times are their own; on a GPU backend they only queue work, and times mean little.
 * The time of a backward kernel is counted for the layer whose output's gradient came last, until `body` says that the
 * update begins.
 */
export async function profile(
  model: Pick<Model, 'layers'>,
  body: (onUpdate: () => void) => Promise<void>,
): Promise<Profile> {
  const spans: Span[] = [];
  const began = performance.now();
  let where: Pick<Span, 'layer' | 'pass'> = { layer: '', pass: 'other' };
  let depth = 0;

  const kernels = tf.getKernelsForBackend(tf.getBackend()) as unknown as MutableKernel[] & tf.KernelConfig[];
  const originals = new Map<MutableKernel, tf.KernelFunc>();
  for (const kernel of kernels) {
    const original = kernel.kernelFunc;
    originals.set(kernel, original);
    kernel.kernelFunc = (args) => {
      const start = performance.now();
      depth += 1;
      try {
        return original(args);
      } finally {
        depth -= 1;
        // A kernel inside a kernel is part of it.
        if (depth === 0) {
          const duration = performance.now() - start;
          const bytes = tf.engine().memory().numBytes;
          spans.push({ ...where, kernel: kernel.kernelName, start: start - began, duration, bytes });
        }
      }
    };
  }

  /** A tensor that tells when its gradient arrives: then the layer's backward pass begins. */
  const marked = (layer: string, tensor: tf.Tensor): tf.Tensor =>
    tf.customGrad((x) => ({
      value: tf.clone(x as tf.Tensor),
      gradFunc: (dy: tf.Tensor) => {
        where = { layer, pass: 'backward' };
        return tf.clone(dy);
      },
    }))(tensor);

  try {
    await watchLayers(
      model.layers,
      (layer, call) => {
        const before = where;
        where = { layer, pass: 'forward' };
        const output = call();
        where = before.pass === 'backward' ? { layer: '', pass: 'other' } : before;
        return Array.isArray(output) ? output.map((tensor) => marked(layer, tensor)) : marked(layer, output);
      },
      () => body(() => (where = { layer: '', pass: 'other' })),
    );
  } finally {
    for (const [kernel, original] of originals) kernel.kernelFunc = original;
  }
  const milliseconds = performance.now() - began;
  const layerOf = ({ layer, pass }: Span) => (pass === 'other' ? REST : `${layer} ${pass}`);
  return {
    milliseconds,
    inKernels: spans.reduce((sum, { duration }) => sum + duration, 0) / milliseconds,
    peakBytes: Math.max(0, ...spans.map(({ bytes }) => bytes)),
    kernels: rowsBy(spans, ({ kernel }) => kernel),
    layers: rowsBy(spans, layerOf),
    trace: {
      traceEvents: spans.map((span) => ({
        name: span.kernel,
        cat: span.pass,
        ph: 'X',
        ts: Math.round(span.start * 1000),
        dur: Math.round(span.duration * 1000),
        pid: 1,
        tid: 1,
        args: { layer: layerOf(span), tensorBytes: span.bytes },
      })),
    },
  };
}

/** The tables of a profile as text: kernels and layers by time, the first `count` of each. */
export function formatProfile(result: Profile, count = 15): string {
  const table = (title: string, rows: readonly ProfileRow[]) => {
    const width = Math.max(title.length, ...rows.slice(0, count).map(({ name }) => name.length));
    const lines = rows
      .slice(0, count)
      .map(({ name, calls, milliseconds, part, peakBytes }) =>
        [
          name.padEnd(width),
          String(calls).padStart(7),
          milliseconds.toFixed(1).padStart(10),
          `${(100 * part).toFixed(1)} %`.padStart(8),
          `${(peakBytes / 1e6).toFixed(1)} MB`.padStart(11),
        ].join(' '),
      );
    const head = [title.padEnd(width), '  calls', '        ms', '    part', ' peak bytes'].join(' ');
    const more = rows.length > count ? [`... and ${rows.length - count} more`] : [];
    return [head, ...lines, ...more].join('\n');
  };
  const { milliseconds, inKernels, peakBytes } = result;
  return [
    `${milliseconds.toFixed(0)} ms, ${(100 * inKernels).toFixed(0)} % of it in kernels; at most ${(peakBytes / 1e6).toFixed(1)} MB of tensors`,
    table('kernel', result.kernels),
    table('layer', result.layers),
  ].join('\n\n');
}
