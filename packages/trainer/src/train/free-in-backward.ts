import * as tf from '@tensorflow/tfjs-core';

/** A recorded operator, as far as it is used here. Not public in TensorFlow.js: `isNode` tests each field. */
interface TapeNode {
  saved: tf.Tensor[];
  gradient?: (upstream: (tf.Tensor | null)[]) => Record<string, () => tf.Tensor>;
}

const isNode = (value: unknown): value is TapeNode =>
  typeof value === 'object' &&
  value !== null &&
  'saved' in value &&
  Array.isArray(value.saved) &&
  (!('gradient' in value) || typeof value.gradient === 'function');

/**
 * To be called at the end of a function whose gradients are taken: the backward pass then frees what each operator saved, and the
 * gradient of its output, as soon as the operator before it has its turn. TensorFlow.js keeps both until the whole pass has
 * ended. The gradients have the same bits.
 *
 * Does nothing in a gradient of a gradient, which comes back for what was saved, and nothing where this version of TensorFlow.js
 * records otherwise.
 */
export function freeInBackward(): void {
  const { gradientDepth, activeTape } = tf.engine().state as { gradientDepth: number; activeTape?: unknown };
  if (gradientDepth !== 1 || !Array.isArray(activeTape) || !activeTape.every(isNode)) return;
  const nodes: readonly TapeNode[] = activeTape;
  const isFromBackward = laterThanNow();
  const given = new Set<tf.Tensor>();
  /** Nodes from here on have had their turn. */
  let done = nodes.length;
  let spent: readonly tf.Tensor[] = [];
  nodes.forEach((node, i) => {
    const { gradient } = node;
    if (gradient === undefined) return;
    node.gradient = (upstream) => {
      tf.dispose([...spent]);
      for (; done > i + 1; done--) tf.dispose(nodes[done - 1]!.saved);
      spent = upstream.filter((dy): dy is tf.Tensor => dy !== null && isFromBackward(dy));
      /** Each tensor is freed once, so each gradient must be one of its own: not that of two inputs, nor somebody else's tensor. */
      const ofItsOwn = (dx: tf.Tensor): tf.Tensor => {
        const own = given.has(dx) || upstream.includes(dx) || !isFromBackward(dx) ? tf.clone(dx) : dx;
        given.add(own);
        return own;
      };
      const inputs = Object.entries(gradient(upstream));
      return Object.fromEntries(inputs.map(([input, of]) => [input, () => ofItsOwn(of())]));
    };
  });
}

/** Whether a tensor was made after this moment. */
function laterThanNow(): ({ id }: tf.Tensor) => boolean {
  const mark = tf.scalar(0);
  mark.dispose();
  return ({ id }) => id > mark.id;
}
