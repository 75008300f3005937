import { optimizingFlags } from '../optimizing-compiler.js';

/**
 * What a pool thread runs, as text: the same in Node's worker_threads and in Web Workers. It sleeps in Atomics.wait
 * until its request number changes, then loads a module (its bytes lie in the shared memory) or takes items of work
 * until none is left, and answers with the same number.
 *
 * Slot of a thread in `control`, 32-bit: request, answer, failed, command (1 load, 2 items), module, function, -, ready. Its
 * part of `values`, float64: for 1 pointer and length of the bytes and of the names; for 2 the counts of items,
 * varying arguments and arguments, which arguments vary, and the arguments. `items` holds the varying arguments of every
 * item; the next item that nobody has taken is at `next` in `control`.
 */
export const workerSource = (): string => `
'use strict';
const node = typeof process !== 'undefined' && typeof process.getBuiltinModule === 'function';
const flags = ${JSON.stringify(optimizingFlags())};
const begin = ({ memory, control, values, items, slot }) => {
  const modules = [];
  const load = (index, [pointer, length, names, namesLength]) => {
    const text = new Uint8Array(memory.buffer).slice(names, names + namesLength);
    const bytes = new Uint8Array(memory.buffer).slice(pointer, pointer + length);
    const v8 = node ? process.getBuiltinModule('node:v8') : undefined;
    if (v8) flags.before.forEach((flag) => v8.setFlagsFromString(flag));
    const module = new WebAssembly.Module(bytes);
    if (v8) flags.after.forEach((flag) => v8.setFlagsFromString(flag));
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    modules[index] = new TextDecoder().decode(text).split(',').map((name) => exports[name]);
  };
  const run = (call, [count, width, length, ...rest]) => {
    const varying = rest.slice(0, width);
    const args = rest.slice(width, width + length);
    for (let i; (i = Atomics.add(control, slot.next, 1)) < count; ) {
      for (let k = 0; k < width; k++) args[varying[k]] = items[i * width + k];
      call(...args);
    }
  };
  let done = 0;
  Atomics.store(control, slot.at + 1, 0);
  Atomics.store(control, slot.ready, 1);
  Atomics.notify(control, slot.ready);
  for (;;) {
    Atomics.wait(control, slot.at, done);
    const request = Atomics.load(control, slot.at);
    if (request === done) continue;
    if (request < 0) return;
    try {
      const [, , , command, module, call] = control.subarray(slot.at, slot.at + 6);
      const own = Array.from(values.subarray(slot.values, slot.values + slot.length));
      if (command === 1) load(module, own);
      else run(modules[module][call], own);
      control[slot.at + 2] = 0;
    } catch (error) {
      control[slot.at + 2] = 1;
    }
    done = request;
    Atomics.store(control, slot.at + 1, done);
    Atomics.notify(control, slot.at + 1);
  }
};
if (node) begin(process.getBuiltinModule('node:worker_threads').workerData);
else self.onmessage = (event) => { begin(event.data); self.close(); };
`;
