import * as tf from '@tensorflow/tfjs-core';

const warned = Symbol.for('prismamba.two-copies-of-tensorflow');
const here = tf.env().platform;

/**
 * Says once for a process that two copies of `@tensorflow/tfjs-core` are loaded. They share one engine, but classes, gradients and
 * versions of the one are not those of the other, and what follows is errors far from their cause. A copy that was loaded before
 * this module made the environment; one that came later has put its own platform in place of ours.
 */
export function warnOfTwoCopies(): void {
  const globals = globalThis as { [warned]?: boolean };
  if (globals[warned] === true) return;
  const environment: tf.Environment = tf.env();
  const before = !(environment instanceof tf.Environment);
  // A program may set a platform of its own (React Native does); one of the same name by another class is a second copy's.
  const later =
    environment.platform !== here &&
    environment.platform?.constructor !== here?.constructor &&
    environment.platform?.constructor.name === here?.constructor.name;
  if (!before && !later) return;
  globals[warned] = true;
  console.warn(
    `Two copies of TensorFlow.js are loaded: @tensorflow/tfjs-core ${tf.version_core}, which @prismamba packages use, and one that was ` +
      `loaded ${before ? 'before' : 'after'} it. Tensors, layers and gradients of one are not safe in the other. ` +
      '`npm ls @tensorflow/tfjs-core` shows where they come from; one version that all of them accept, and `npm dedupe`, leaves one copy.',
  );
}
