import { nodeBuiltin } from '../node-builtins.js';

/** The Emscripten module of TensorFlow.js's threaded WASM build; only what is used here. */
export interface ThreadedWasmModule {
  readonly [entry: `_${string}`]: unknown;
  readonly PThread: { unusedWorkers: object[] };
  cwrap(name: string, result: 'number' | null, args: readonly string[]): unknown;
}

type Factory = (config: {
  locateFile(path: string): string | URL;
  mainScriptUrlOrBlob: string;
  instantiateWasm(info: WebAssembly.Imports, receive: (...made: object[]) => void): object;
}) => Promise<ThreadedWasmModule>;

const BUILD = 'tfjs-backend-wasm-threaded-simd';

/**
 * Loads the module with threads - 1 workers beside the calling thread. What stands in the way in Node, and what is done:
 * - the workers' script and the main script come as Blobs: they are given as a data URL and a file;
 * - always eight workers are made: those that are too many are replaced by dummies and dropped;
 * - workers keep the process alive: they are unreferenced;
 * - at most half of the cores may be used: the count of cores that the module sees is twice the number of threads.
 */
export async function wasmFactory(folder: string, threads: number): Promise<ThreadedWasmModule> {
  const [fs, path, builtinModule] = [nodeBuiltin('fs')!, nodeBuiltin('path')!, nodeBuiltin('module')!];
  const scripts = path.join(folder, '..', 'wasm-out');
  const mainScript = path.join(scripts, `${BUILD}.js`);
  const require = builtinModule.createRequire(mainScript);
  const factory = require(mainScript) as Factory;
  const compiled = await WebAssembly.compile(await fs.promises.readFile(path.join(folder, `${BUILD}.wasm`)));
  const workerScript = workerUrl(require, path.join(scripts, `${BUILD}.worker.js`));
  const { Worker, isDummy } = limitedWorkers(threads - 1);
  const module = await withGlobalWorker(Worker, () =>
    soon(
      factory({
        locateFile: (file) => (file.endsWith('.worker.js') ? workerScript : path.join(folder, file)),
        mainScriptUrlOrBlob: mainScript,
        instantiateWasm: (info, receive) => {
          const env = { ...info['env'], emscripten_num_logical_cores: () => 2 * threads };
          const instance = new WebAssembly.Instance(compiled, { ...info, env });
          receive(instance, compiled);
          return instance.exports;
        },
      }),
      'its threads did not load within 20 s',
    ),
  );
  module.PThread.unusedWorkers = module.PThread.unusedWorkers.filter((worker) => !isDummy(worker));
  return module;
}

/** The workers' script as an ES module; TensorFlow.js keeps its text with the line ends of its strings unescaped. */
function workerUrl(require: NodeJS.Require, file: string): URL {
  const { wasmWorkerContents } = require(file) as { wasmWorkerContents: string };
  const prelude =
    "import { createRequire } from 'node:module';\n" +
    `const __filename = ${JSON.stringify(file)};\nconst require = createRequire(__filename);\n`;
  const source = prelude + wasmWorkerContents.replace(/\n/g, '\\n');
  return new URL(`data:text/javascript;base64,${Buffer.from(source).toString('base64')}`);
}

/** A constructor of workers of which the first `count` are real. */
function limitedWorkers(count: number): { Worker: unknown; isDummy: (worker: object) => boolean } {
  const threads = nodeBuiltin('worker_threads')!;
  const dummies = new WeakSet<object>();
  let made = 0;
  function Worker(script: URL): object {
    if (made++ < count) {
      const worker = new threads.Worker(script, { execArgv: [] });
      worker.unref();
      return Object.assign(worker, { ref: () => worker });
    }
    let answer: (message: object) => void = () => undefined;
    const dummy = {
      on: (event: string, listener: typeof answer) => {
        if (event === 'message') answer = listener;
      },
      postMessage: () => queueMicrotask(() => answer({ cmd: 'loaded' })),
      unref: () => undefined,
    };
    dummies.add(dummy);
    return dummy;
  }
  return { Worker, isDummy: (worker) => dummies.has(worker) };
}

/** Emscripten takes `Worker` from the global object, after having set it itself: that is not let through meanwhile. */
async function withGlobalWorker<T>(worker: unknown, work: () => Promise<T>): Promise<T> {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'Worker');
  Object.defineProperty(globalThis, 'Worker', {
    configurable: true,
    get: () => worker,
    set: () => undefined,
  });
  try {
    return await work();
  } finally {
    if (before === undefined) Reflect.deleteProperty(globalThis, 'Worker');
    else Object.defineProperty(globalThis, 'Worker', before);
  }
}

/** The promise, or the error `late` when it is still open after 20 s: a worker that cannot load never says so. */
export async function soon<T>(promise: Promise<T>, late: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(late)), 20_000);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
