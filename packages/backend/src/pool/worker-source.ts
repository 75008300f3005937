/**
 * What a pool thread runs, as text: the same in Node's worker_threads and in Web Workers. It sleeps in Atomics.wait
 * until its request number changes, then loads a module (its bytes lie in the shared memory) or calls a function, and
 * answers with the same number.
 *
 * Slot of a thread, 32-bit: request, answer, failed, command (0 call, 1 load), module, function, count of arguments.
 * Arguments are float64.
 */
export const workerSource = `
'use strict';
const node = typeof process !== 'undefined' && typeof process.getBuiltinModule === 'function';
const begin = ({ memory, control, values, slot }) => {
  const modules = [];
  const load = (index, pointer, length, names, namesLength) => {
    const text = new Uint8Array(memory.buffer).slice(names, names + namesLength);
    const bytes = new Uint8Array(memory.buffer).slice(pointer, pointer + length);
    const v8 = node ? process.getBuiltinModule('node:v8') : undefined;
    if (v8) { v8.setFlagsFromString('--no-liftoff'); v8.setFlagsFromString('--no-wasm-lazy-compilation'); }
    const module = new WebAssembly.Module(bytes);
    if (v8) { v8.setFlagsFromString('--wasm-lazy-compilation'); v8.setFlagsFromString('--liftoff'); }
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    modules[index] = new TextDecoder().decode(text).split(',').map((name) => exports[name]);
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
      const [, , , command, module, call, count] = control.subarray(slot.at, slot.at + 7);
      const args = Array.from(values.subarray(slot.values, slot.values + count));
      if (command === 1) load(...args);
      else modules[module][call](...args);
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
