/** Changes when the layout of any state changes, so that two versions of this package do not share it. */
const KEY = Symbol.for('@prismamba/backend/state/2');

/**
 * State that every copy of this package in a process shares. There can be several: each entry is a bundle of its own where
 * it is loaded by `require`, and a program may load a package by `import` and by `require`. Threads, compiled kernels and
 * the choice of their build belong to the process, as TensorFlow.js's engine does, which is kept in the same way.
 */
export function sharedState<T extends object>(name: string, make: () => T): T {
  const holder = globalThis as { [KEY]?: Map<string, object> };
  const states = (holder[KEY] ??= new Map<string, object>());
  const known = states.get(name) as T | undefined;
  if (known !== undefined) return known;
  const made = make();
  states.set(name, made);
  return made;
}
