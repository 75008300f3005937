/**
 * Node's built-in modules without an import statement, so that this package loads in a browser as it is.
 * `process.getBuiltinModule` exists from Node 20.16 and 22.3; everything here is undefined elsewhere.
 */
type Builtins = {
  fs: typeof import('node:fs');
  module: typeof import('node:module');
  os: typeof import('node:os');
  path: typeof import('node:path');
  url: typeof import('node:url');
  v8: typeof import('node:v8');
  worker_threads: typeof import('node:worker_threads');
};

/** True in Node and in what imitates it closely (Bun, Deno with its Node layer). */
export function isNode(): boolean {
  return typeof process !== 'undefined' && typeof process.versions?.node === 'string';
}

export function nodeBuiltin<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined {
  if (!isNode() || typeof process.getBuiltinModule !== 'function') return undefined;
  return process.getBuiltinModule(`node:${name}`) as Builtins[Name] | undefined;
}
