import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { wasmArena } from '../arena/wasm-arena.js';
import { startBackend } from '../index.js';

describe('Identity [wasm]', () => {
  beforeAll(async () => {
    await startBackend('wasm');
  });

  it('gives the same bytes, which live until the last reference is disposed', () => {
    const arena = wasmArena(tf.backend())!;
    const x = tf.tensor1d([1, 2, 3]);
    const copy = tf.clone(x);
    expect(arena.pointer(copy)).toBe(arena.pointer(x));
    x.dispose();
    expect([...copy.dataSync()]).toEqual([1, 2, 3]);
    copy.dispose();
    expect(copy.isDisposed).toBe(true);
  });

  it('a variable that is assigned keeps earlier clones as they were', () => {
    const variable = tf.variable(tf.tensor1d([1, 2]));
    const before = tf.clone(variable);
    variable.assign(tf.tensor1d([5, 6]));
    expect([...before.dataSync()]).toEqual([1, 2]);
    expect([...variable.dataSync()]).toEqual([5, 6]);
    tf.dispose([variable, before]);
  });

  it('clones of whole numbers, booleans and strings', () => {
    const inputs = [tf.tensor1d([1, 2], 'int32'), tf.tensor1d([true, false]), tf.tensor1d(['a', 'b'])];
    const clones = inputs.map((input) => tf.clone(input));
    const values = inputs.map((input) => [...input.dataSync()]);
    tf.dispose(inputs);
    expect(clones.map((clone) => clone.dtype)).toEqual(['int32', 'bool', 'string']);
    expect(clones.map((clone) => [...clone.dataSync()])).toEqual(values);
    tf.dispose(clones);
  });
});
