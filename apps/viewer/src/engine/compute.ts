import {
  startBackend,
  threadReport,
  threadsReady,
  type BackendReport,
  type PeerLoader,
  type WasmPaths,
} from '@prismamba/backend';
import type { Compute, ComputeChoice } from './messages.js';

const GPU_PACKAGE = '@tensorflow/tfjs-backend-webgpu';
const loadWebgpu = () => import('./webgpu.js');

/** The code for WebGPU is fetched where the browser offers an adapter, and nowhere else. */
const peers: PeerLoader = {
  find: (name) => (name === GPU_PACKAGE ? GPU_PACKAGE : undefined),
  load: loadWebgpu,
};

/** Why WebGPU was not taken, or how it is named, in words of the page. */
function gpuRemark({ backend, considered }: BackendReport): string {
  const gpu = considered.find(({ name }) => name === 'webgpu');
  const adapter = gpu?.adapter ?? 'an unnamed adapter';
  if (backend === 'webgpu')
    return gpu?.device === 'cpu'
      ? `${adapter}: a program in place of a graphics processor, slower than WebAssembly.`
      : `${adapter}.`;
  if (gpu?.device === 'cpu' && gpu.usable)
    return `WebGPU is here only as a program (${adapter}), slower than WebAssembly: used where it is chosen.`;
  return `No graphics processor: ${gpu?.detail ?? 'it was not tried'}.`;
}

/** `startBackend` speaks to programs: who asked, and what to ask for next. */
const inWordsOfThePage = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .replace(/^startBackend: '\w+' (cannot start: )?/, '')
    .replace(/ Use 'auto'.*$/, '')
    .replace(/\.$/, '');

/** Chooses and starts what computes; knows what is wrong with the GPU of this visit. */
export class Computer {
  #choice: ComputeChoice = 'auto';
  /** Why WebGPU is not taken by itself any more. */
  #fault: string | undefined;
  #current: Compute | undefined;

  constructor(private readonly wasmPaths: WasmPaths) {}

  get usesGpu(): boolean {
    return this.#current?.backend === 'webgpu';
  }

  /**
   * Starts what was chosen. A GPU is taken by itself (`auto`) where it computes small things rightly; a program that stands for one
   * only where it is chosen.
   *
   * @throws Error where WebGPU was chosen and does not work; WebAssembly computes then
   */
  async start(choice: ComputeChoice): Promise<Compute> {
    this.#choice = choice;
    if (choice === 'webgpu') this.#fault = undefined;
    if (choice === 'wasm' || this.#fault !== undefined) return this.#useWasm(this.#fault);
    try {
      const report = await startBackend(choice, { wasmPaths: this.wasmPaths, peers });
      const fault = report.backend === 'webgpu' ? await (await loadWebgpu()).probeScan() : undefined;
      if (fault !== undefined) throw new Error(`it starts, but cannot be trusted: ${fault}`);
      if (report.backend === 'webgpu') {
        this.#current = { backend: 'webgpu', threads: 1, remarks: [gpuRemark(report)] };
        return this.#current;
      }
      return await this.#useWasm(gpuRemark(report));
    } catch (error) {
      const what = inWordsOfThePage(error);
      await this.#useWasm(`WebGPU is not used: ${what}.`);
      if (choice === 'auto') return this.current;
      throw new Error(`WebGPU cannot be used here: ${what}. The page goes on with WebAssembly.`, {
        cause: error,
      });
    }
  }

  /** Before a reconstruction: a GPU that was lost meanwhile is replaced. */
  async restart(): Promise<void> {
    if (this.usesGpu) await this.start(this.#choice);
  }

  /** After an error while the GPU computed: WebAssembly from now on, until WebGPU is chosen again. */
  async leaveGpu(error: unknown): Promise<Error> {
    const message = error instanceof Error ? error.message : String(error);
    const lost = /device was lost \((.*?)\)/.exec(message)?.[1];
    const what =
      lost === undefined
        ? `WebGPU failed: ${message}`
        : `The graphics processor was lost (${lost}): its driver restarted, or its memory ran out.`;
    this.#fault = `WebGPU is not used any more: ${what}`;
    await this.#useWasm(this.#fault);
    return new Error(
      `${what} The page goes on with WebAssembly: reconstruct again, or choose WebGPU above for another try.`,
      { cause: error },
    );
  }

  get current(): Compute {
    if (this.#current === undefined) throw new Error('Nothing computes yet: the page has not started.');
    return this.#current;
  }

  async #useWasm(remark: string | undefined): Promise<Compute> {
    const { backend } = await startBackend('wasm', { wasmPaths: this.wasmPaths });
    await threadsReady();
    const { threads, reason } = threadReport();
    const remarks = [
      ...(remark === undefined ? [] : [remark]),
      ...(reason === undefined ? [] : [`One thread: ${reason}.`]),
    ];
    this.#current = { backend, threads, remarks };
    return this.#current;
  }
}
